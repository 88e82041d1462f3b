-- Two changes, both there.
-- expect: pass, examined 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('catalogue'), ('publications'), ('publish'), ('shows:due_at'), ('shows:payable'),
    ('shows:service_level');
insert into exchange (exchange_id, actor, session, operation, phase, due_ns, bytes_sent, bytes_received, reused) values
    (1, 'registrar', 0, 'catalogue', null, 0, 0, 900, 0),
    (2, 'registrar', null, 'publish', null, 10_000_000, 60, 90, null),
    (3, 'registrar', null, 'publish', null, 20_000_000, 60, 90, null),
    (4, 'registrar', null, 'catalogue', 'final_read', 30_000_000, 0, 900, null);
insert into services values
    (1, 0, '1.000001', 2, 0, 1),
    (1, 1, '1.000002', 2, 0, 1),
    (4, 0, '1.000001', 4, 1, 1),
    (4, 1, '1.000002', 3, 0, 1);
insert into publications values
    (0, '1.000001', 4, 1, 1, 10_000_000),
    (1, '1.000002', 3, 0, 1, 20_000_000);
