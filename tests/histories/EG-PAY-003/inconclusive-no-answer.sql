-- The forged callback got no answer, and nothing was read back.
-- expect: inconclusive, because undecided
insert into capabilities values ('planned:online_payment'), ('planned:payment'), ('planned:payment_before'),
    ('progress');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation) values
    (1, 7, 'submit');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault) values
    ('bank', 1, 50_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'ordered', 'forged');
