-- An attempt without an answer may have been taken in: what is refused then is a repetition. The other had come too often.
-- expect: inconclusive, examined 2, undecided 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, outcome, status, fault) values
    (1, 7, 'submit', 'error', null, 'timed_out'),
    (2, 7, 'submit', 'refused', 409, null),
    (3, 8, 'submit', 'refused', 429, null);
update exchanges set status = null where exchange_id = 1;
