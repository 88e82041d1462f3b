-- The bank was started again and forgot the capture: its ledger proves nothing any more.
-- expect: inconclusive, examined 1, undecided 1
delete from run where name in ('dossier_code_pattern');
insert into run values ('peer_restarted_bank', '1');
delete from capabilities where name in ('accept', 'clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('planned:payment'), ('shows:amount_paid');
insert into dossier (case_id, fee, payment_method) values
    (7, 120_000, 'online');
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, amount_paid) values
    (1, 'H18-210301-0007', 'submitted', null),
    (2, 'H18-210301-0007', 'accepted', 120_000);
