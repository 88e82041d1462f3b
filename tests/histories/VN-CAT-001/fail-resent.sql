-- A change had to be sent twice, and so was the next of the same procedure; the catalogue shows neither.
-- expect: fail, examined 2, broken 1
-- observed: the catalogue shows level 2, payable no, by post yes
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('accept'), ('catalogue'), ('publish'), ('publications'), ('shows:due_at'), ('shows:service_level'), ('shows:payable');
insert into publications values
    (0, '1.000001', 4, 1, 1, 10_000_000),
    (1, '1.000002', 3, 0, 1, 20_000_000),
    (2, '1.000001', 3, 0, 1, 25_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, null, 'registrar', 0, 'catalogue', 'catalogue', 1, 'load', 0, 0, 0, 500_000, 1_000_000, 'ok', 200, null, 0, 900, 0),
    (2, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 200, null, 60, 90, 1),
    (3, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 200, null, 60, 90, 1),
    (5, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 25_000_000, 25_000_000, 25_500_000, 26_000_000, 'ok', 200, null, 60, 90, 1),
    (4, null, 'registrar', 1, 'catalogue', 'catalogue', 1, 'final_read', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 0, 900, 1);
insert into services values
    (1, 0, '1.000001', 2, 0, 1),
    (1, 1, '1.000002', 2, 0, 1),
    (4, 0, '1.000001', 2, 0, 1),
    (4, 1, '1.000002', 3, 0, 1);
update exchanges set reason = 'resent: the kept connection was closed' where exchange_id in (2, 5);
