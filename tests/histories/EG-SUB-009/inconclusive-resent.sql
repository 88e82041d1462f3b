-- The refused submission had to be sent twice: it may be refused because the first was taken in.
-- expect: inconclusive, examined 2, undecided 1
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, outcome, status, reason) values
    (1, 7, 'submit', null, null, null),
    (2, 8, 'submit', 'refused', 422, 'resent: the kept connection was closed');
insert into observation (exchange_id, dossier_code, state, owner_number, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7', null),
    (2, null, null, null, null, 'closed');
