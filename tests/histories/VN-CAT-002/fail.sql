-- Accepted, then the procedure was published anew, and the due instant moved.
-- expect: fail, examined 1, broken 1, case 7
-- observed: it is due at 2020-09-03T17:00:00.000+07:00
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('catalogue'), ('publications'), ('publish'), ('shows:due_at'), ('shows:payable'),
    ('shows:service_level');
insert into dossier (case_id, province, unit, procedure, citizen_number, intended_at) values
    (7, 'khanh-hoa', 'H32.1', '1.000001', '056901000007', '2020-08-26T08:00:00.000+07:00');
insert into exchange (exchange_id, case_id, actor, operation, phase, due_ns, first_byte_ns, done_ns, bytes_sent, bytes_received) values
    (1, 7, null, 'submit', null, 7_000_000, null, null, null, null),
    (2, 7, 'clerk:H32.1/1', 'accept', null, 9_000_000, null, null, null, null),
    (3, null, 'registrar', 'publish', null, 20_000_000, 20_100_000, 20_200_000, 60, 90),
    (4, 7, null, 'track', 'final_read', null, null, null, null, null);
insert into observation (exchange_id, dossier_code, state, procedure, due_at, owner_number, owner_name, reference) values
    (1, 'H32-200826-0007', 'submitted', null, null, null, null, 'ref-7'),
    (2, 'H32-200826-0007', 'accepted', null, '2020-08-28T17:00:00.000+07:00', null, null, null),
    (4, 'H32-200826-0007', 'accepted', '1.000001', '2020-09-03T17:00:00.000+07:00', '056901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7');
insert into publications values
    (0, '1.000001', 4, 1, 1, 20_000_000);
