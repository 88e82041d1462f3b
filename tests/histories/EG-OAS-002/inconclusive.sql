-- No answer ever came.
-- expect: inconclusive, because vacuous
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'), ('hand_to_post'), ('progress'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');
insert into dossiers (
    case_id, province, unit, level, procedure, legal_days, channel, citizen_number, full_name, reference, fee,
    payment_method, return_method, planned_outcome, tag, intended_at, due_ns
) values
    (7, 'tay-ninh', 'H18.1', 'commune', '2.001', 2, 'online', '072901000007', 'Nguyễn Thị Bích Ngọc', 'ref-7', 0, 'none', 'counter', 'on_time', '', '2021-03-01T08:00:00.000+07:00', 7_000_000);
insert into exchanges (
    exchange_id, case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, first_byte_ns,
    done_ns, outcome, status, fault, bytes_sent, bytes_received, reused
) values
    (1, 7, 'citizen', 1, 'citizen-online', 'submit', 1, 'load', 0, 10_000_000, 10_000_000, null, 11_000_000, 'error', null, 'timed_out', 300, 200, 1);
