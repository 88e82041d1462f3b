-- The bank kept one to itself, on purpose, and the other portal never said that it knows.
-- expect: inconclusive, examined 2, undecided 2
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name, fee, payment_method) values
    (7, null, 120_000, 'online'),
    (8, 'Nguyễn Thị Bích Ngọc', 50_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 8, 'submit', null),
    (3, 7, 'track', 'final_read'),
    (4, 8, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, payment_state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', null, '072901000007', 'ref-7'),
    (2, 'H18-210301-0008', 'submitted', null, '072901000008', 'ref-8'),
    (3, 'H18-210301-0007', 'accepted', 'required', '072901000007', 'ref-7'),
    (4, 'H18-210301-0008', 'accepted', 'required', '072901000008', 'ref-8');
insert into signals (peer, sequence, at_ns, direction, kind, reference, dossier_code, amount, state, fault, status, detail) values
    ('bank', 1, 21_000_000, 'internal', 'captured', 'P7', 'H18-210301-0007', 120_000, 'captured', null, null, null),
    ('bank', 2, 22_000_000, 'out', 'callback', 'P7', 'H18-210301-0007', 120_000, 'captured', 'lost', null, 'not sent'),
    ('bank', 3, 23_000_000, 'internal', 'captured', 'P8', 'H18-210301-0008', 50_000, 'captured', null, null, null),
    ('bank', 4, 24_000_000, 'out', 'callback', 'P8', 'H18-210301-0008', 50_000, 'captured', null, 500, '');
