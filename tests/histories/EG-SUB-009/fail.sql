-- One is taken in, the other, sent just so, is refused.
-- expect: fail, examined 2, broken 1, case 8
-- observed: it was refused with status 422: closed
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, outcome, status) values
    (1, 7, 'submit', null, null),
    (2, 8, 'submit', 'refused', 422);
insert into observation (exchange_id, dossier_code, state, owner_number, reference, error_code) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7', null),
    (2, null, null, null, null, 'closed');
