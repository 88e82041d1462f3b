-- The public look-up knows nothing of it, and nobody else was answered.
-- expect: inconclusive, examined 1, undecided 1
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase, outcome, status) values
    (1, 7, 'submit', null, null, null),
    (2, 7, 'track', 'final_read', 'error', 503),
    (3, 7, 'look_up', 'final_read', 'refused', 404);
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7');
