-- A change had to be sent twice, and so was the next of the same procedure; the catalogue shows neither.
-- expect: fail, examined 2, broken 1
-- observed: the catalogue shows level 2, payable no, by post yes
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('catalogue'), ('publications'), ('publish'), ('shows:due_at'), ('shows:payable'),
    ('shows:service_level');
insert into exchange (exchange_id, actor, session, operation, phase, due_ns, bytes_sent, bytes_received, reused, reason) values
    (1, 'registrar', 0, 'catalogue', null, 0, 0, 900, 0, null),
    (2, 'registrar', null, 'publish', null, 10_000_000, 60, 90, null, 'resent: the kept connection was closed'),
    (3, 'registrar', null, 'publish', null, 20_000_000, 60, 90, null, null),
    (4, 'registrar', null, 'catalogue', 'final_read', 30_000_000, 0, 900, null, null),
    (5, 'registrar', null, 'publish', null, 25_000_000, 60, 90, null, 'resent: the kept connection was closed');
insert into services values
    (1, 0, '1.000001', 2, 0, 1),
    (1, 1, '1.000002', 2, 0, 1),
    (4, 0, '1.000001', 2, 0, 1),
    (4, 1, '1.000002', 3, 0, 1);
insert into publications values
    (0, '1.000001', 4, 1, 1, 10_000_000),
    (1, '1.000002', 3, 0, 1, 20_000_000),
    (2, '1.000001', 3, 0, 1, 25_000_000);
