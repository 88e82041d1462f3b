-- Everybody is refused: that may be the adapter.
-- expect: inconclusive, examined 2, undecided 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, outcome, status) values
    (1, 7, 'submit', 'refused', 400),
    (2, 8, 'submit', 'refused', 400);
insert into observation (exchange_id, error_code) values
    (1, 'bad'),
    (2, 'bad');
