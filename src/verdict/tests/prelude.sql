-- What every tiny history begins with: a run that finished and settled, with a portal that can do everything, and three views
-- into which a history inserts only what matters. What is left out gets the value shown here; a null that matters is set by an
-- update, since an insert cannot tell it from something left out.
insert into run values
    ('finished', 'yes'),
    ('quiescent', 'yes'),
    ('peer_settled_bank', 'yes'),
    ('peer_settled_post', 'yes'),
    ('dossier_code_pattern', '[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,}');
insert into capabilities values
    ('submit'), ('track'), ('clerk_view'), ('look_up'), ('accept'), ('start'), ('complete'), ('collect_fee'), ('pay'),
    ('hand_to_post'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern');

create temp view dossier as select * from main.dossiers;
create temp trigger plan_dossier instead of insert on dossier begin
    insert into dossiers values (
        new.case_id,
        coalesce(new.province, 'tay-ninh'),
        coalesce(new.unit, 'H18.1'),
        coalesce(new.level, 'commune'),
        coalesce(new.procedure, '2.001'),
        coalesce(new.legal_days, 2),
        coalesce(new.channel, 'online'),
        coalesce(new.citizen_number, printf('072901%06d', new.case_id)),
        coalesce(new.full_name, case new.case_id
            when 7 then 'Nguyễn Thị Bích Ngọc' when 8 then 'Trần Văn Hùng' else 'Lê Minh Châu' end),
        coalesce(new.reference, 'ref-' || new.case_id),
        coalesce(new.fee, 0),
        coalesce(new.payment_method, 'none'),
        coalesce(new.return_method, 'counter'),
        coalesce(new.planned_outcome, 'on_time'),
        coalesce(new.tag, ''),
        coalesce(new.intended_at, '2021-03-01T08:00:00.000+07:00'),
        coalesce(new.due_ns, new.case_id * 1000000)
    );
end;

-- The n-th exchange is due 10 ms times n into the run, and answered after 1 ms.
create temp view exchange as select * from main.exchanges;
create temp trigger make_exchange instead of insert on exchange begin
    insert into exchanges values (
        new.exchange_id,
        new.case_id,
        coalesce(new.actor, iif(new.phase = 'final_read', 'reader', 'citizen')),
        coalesce(new.session, 1),
        coalesce(new.journey, 'x'),
        new.operation,
        coalesce(new.attempt, 1),
        coalesce(new.phase, 'load'),
        coalesce(new.lane, 0),
        coalesce(new.due_ns, new.exchange_id * 10000000),
        coalesce(new.sent_ns, new.due_ns, new.exchange_id * 10000000),
        coalesce(new.first_byte_ns, coalesce(new.sent_ns, new.due_ns, new.exchange_id * 10000000) + 500000),
        coalesce(new.done_ns, coalesce(new.sent_ns, new.due_ns, new.exchange_id * 10000000) + 1000000),
        coalesce(new.outcome, 'ok'),
        coalesce(new.status, iif(new.operation = 'submit', 201, 200)),
        new.fault,
        coalesce(new.bytes_sent, 300),
        coalesce(new.bytes_received, 200),
        new.bytes_decoded,
        coalesce(new.reused, 1),
        coalesce(new.traffic_class, 'user'),
        coalesce(new.delay_ns, 0),
        coalesce(new.held_ns, 0),
        new.reason,
        new.traceparent
    );
end;

-- What an exchange showed of its dossier, unless it is said of which.
create temp view observation as select * from main.observations;
create temp trigger observe instead of insert on observation begin
    insert into observations (
        exchange_id, position, case_id, dossier_code, state, state_word, procedure, submitted_at, accepted_at, due_at,
        completed_at, returned_at, fee, payment_state, payment_reference, transaction_id, amount_due, amount_paid, receipts,
        waybill, parcel_state, owner_number, owner_name, reference, version, error_code
    ) values (
        new.exchange_id, coalesce(new.position, 0),
        coalesce(new.case_id, (select case_id from main.exchanges where exchange_id = new.exchange_id)),
        new.dossier_code, new.state, new.state_word, new.procedure, new.submitted_at, new.accepted_at, new.due_at,
        new.completed_at, new.returned_at, new.fee, new.payment_state, new.payment_reference, new.transaction_id,
        new.amount_due, new.amount_paid, new.receipts, new.waybill, new.parcel_state, new.owner_number, new.owner_name,
        new.reference, new.version, new.error_code
    );
end;
