-- Things still moved: the log was read before the due day, and of a pause in between nothing is known.
-- expect: inconclusive, examined 2, undecided 2, because undecided
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'no'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
  ('shows:accepted_at'), ('shows:due_at'),
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000),
    (8, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000008', 'Trần Văn Hùng', 'ref-8', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 8_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, 10_500_000, 11_000_000, 'ok', 201, null, 300, 200, 1),
    (2, 8, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 20_000_000, 20_000_000, 20_500_000, 21_000_000, 'ok', 201, null, 300, 200, 1),
    (5, 7, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 50_000_000, 30_000_000, 30_500_000, 31_000_000, 'ok', 200, null, 300, 200, 1),
    (4, 8, 'reader', 1, 'clerk', 'track', 1, 'final_read', 0, 40_000_000, 40_000_000, 40_500_000, 41_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (
    exchange_id, position, case_id, dossier_code, state, procedure, accepted_at, due_at, owner_number, owner_name,
    reference
) values
    (1, 0, 7, 'H18-210301-0007', 'submitted', null, null, null, null, null, null),
    (2, 0, 8, 'H18-210301-0008', 'submitted', null, null, null, null, null, null),
    (5, 0, 7, 'H18-210301-0007', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-04T17:00:00.000+07:00', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7'),
    (4, 0, 8, 'H18-210301-0008', 'accepted', '2.001', '2021-04-29T09:00:00.000+07:00', '2021-05-05T17:00:00.000+07:00', '072901000008', 'Trần Văn Hùng', 'ref-8');
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (3, 7, 'citizen', 1, 'clerk', 'track', 1, 'load', 0, 25_000_000, 25_000_000, 25_500_000, 26_000_000, 'ok', 200, null, 300, 200, 1);
insert into observations (exchange_id, position, case_id, dossier_code, state) values
    (3, 0, 7, 'H18-210301-0007', 'accepted');
insert into progress (exchange_id, position, case_id, happened_at, event, state, state_word) values
    (3, 0, 7, '2021-03-01T08:00:00.000+07:00', 'submitted', 'submitted', 'SUBMITTED'),
    (3, 1, 7, '2021-03-02T08:00:00.000+07:00', 'accepted', 'accepted', 'ACCEPTED');
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
