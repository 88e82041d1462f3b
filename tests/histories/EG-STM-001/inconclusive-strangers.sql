-- No log was read, and the inbox, a list and a read show dossiers of nobody in this run: they are evidence about none of ours.
-- expect: inconclusive, examined 1, undecided 1
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('accept', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, phase) values
    (1, 7, null, 'submit', null),
    (2, null, 'clerk:H18.1/1', 'inbox', null),
    (3, 7, null, 'track', 'final_read'),
    (4, 7, 'clerk:H18.1/1', 'clerk_view', 'final_read');
insert into observation (exchange_id, position, dossier_code, state, owner_number, reference) values
    (1, null, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, null, 'H18-200101-0001', 'returned', '001001000001', 'old-1'),
    (3, null, 'H18-200101-0001', 'returned', '001001000001', 'old-1'),
    (3, 1, 'H18-200101-0002', 'stopped', '001001000002', 'old-2'),
    (4, null, 'H18-200101-0003', 'stopped', '001001000003', 'old-3');
update observations set case_id = null where exchange_id = 3;
update observations set case_id = null where exchange_id = 3 and position = 1;
insert into progress (exchange_id, position, case_id, state) values
    (4, 0, 7, 'submitted'),
    (4, 1, 7, 'stopped');
