-- A correction was opened, which the adapter declares to be legal at this portal; an unpaid obligation was stopped, and the refusal handed over.
-- expect: pass, examined 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('accept', 'clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('legal:completed>in_process'), ('progress');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 8, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (3, 'H18-210301-0007', 'in_process', '072901000007', 'ref-7'),
    (4, 'H18-210301-0008', 'returned', '072901000008', 'ref-8');
insert into progress (exchange_id, position, case_id, state) values
    (3, 0, 7, 'accepted'),
    (3, 1, 7, 'in_process'),
    (3, 2, 7, 'completed'),
    (3, 3, 7, 'in_process'),
    (4, 0, 8, 'accepted'),
    (4, 1, 8, 'awaiting_payment'),
    (4, 2, 8, 'stopped'),
    (4, 3, 8, 'returned');
