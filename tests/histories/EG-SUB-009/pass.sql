-- Both submissions were taken in, one of them when it was sent once more.
-- expect: pass, examined 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, outcome, status) values
    (1, 7, 'submit', null, null),
    (2, 8, 'submit', 'refused', 429),
    (3, 8, 'submit', null, null);
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (3, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8');
