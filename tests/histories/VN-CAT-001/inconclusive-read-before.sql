-- The last read of the catalogue was sent before the first change was confirmed.
-- expect: inconclusive, examined 2, undecided 1, because too_few
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'no'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('accept'), ('catalogue'), ('publish'), ('publications'), ('shows:due_at'), ('shows:service_level'), ('shows:payable');
insert into publications values
    (0, '1.000001', 4, 1, 1, 10_000_000),
    (1, '1.000002', 3, 0, 1, 20_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, null, 'registrar', 0, 'catalogue', 'catalogue', 1, 'load', 0, 0, 0, 500_000, 1_000_000, 'ok', 200, null, 0, 900, 0),
    (2, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 10_000_000, 29_000_000, 30_500_000, 40_000_000, 'ok', 200, null, 60, 90, 1),
    (3, null, 'registrar', 1, 'publish', 'publish', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 200, null, 60, 90, 1),
    (4, null, 'registrar', 1, 'catalogue', 'catalogue', 1, 'final_read', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 0, 900, 1);
insert into services values
    (1, 0, '1.000001', 2, 0, 1),
    (1, 1, '1.000002', 2, 0, 1),
    (4, 0, '1.000001', 2, 0, 1),
    (4, 1, '1.000002', 3, 0, 1);
