-- What is to be done the same day came at 15:20, after the cut-off hour, and is promised for the same day.
-- expect: fail, examined 3, broken 1, case 9
-- observed: the portal says 2021-04-29
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('receipt_cutoff', '15:00'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
  ('shows:accepted_at'), ('shows:due_at'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Trần Văn Hùng', 'ref-8', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000),
    (9, 'tay-ninh', 'H18.1', 'commune', '2.001', 0, 'online', '072901000009', 'Lê Minh Châu', 'ref-9', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 9_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 201, null, 300, 200, 1),
    (3, 9, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 30_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 201, null, 300, 200, 1),
    (4, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1),
    (5, 8, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 50_000_000, 50_000_000, 50_500_000, 51_000_000, 'ok', 200, null, 300, 200, 1),
    (6, 9, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 60_000_000, 60_000_000, 60_500_000, 61_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name,
    reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 0, 8, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (3, 0, 9, 'H18-210301-0009', 'submitted', null, null, null, null, null, null),
    (4, 0, 7, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-05T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (5, 0, 8, 'H18-210301-0008', 'accepted', '2.001', '2021-04-29T02:00:00Z', '2021-05-05T10:00:00Z', '072901000008', 'Trần Văn Hùng', 'ref-8'),
    (6, 0, 9, 'H18-210301-0009', 'accepted', '2.001', '2021-04-29T15:20:00.000+07:00', '2021-04-29T17:00:00.000+07:00', '072901000009', 'Lê Minh Châu', 'ref-9');
insert into calendar values
    ('2021-04-28', 1, 0, ''),
    ('2021-04-29', 1, 1, ''),
    ('2021-04-30', 0, 2, 'Liberation Day'),
    ('2021-05-01', 0, 2, 'Labour Day'),
    ('2021-05-02', 0, 2, 'Sunday'),
    ('2021-05-03', 0, 2, 'day off for Labour Day'),
    ('2021-05-04', 1, 2, ''),
    ('2021-05-05', 1, 3, ''),
    ('2021-05-06', 1, 4, '');
