-- Between accepted and completed stands a word that nobody understood.
-- expect: inconclusive, examined 1, undecided 1
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('accept', 'clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'pay', 'peer:bank', 'peer:post', 'start');
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, phase) values
    (1, 7, 'submit', null),
    (2, 7, 'track', 'final_read');
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, 'H18-210301-0007', 'completed', '072901000007', 'ref-7');
insert into progress (exchange_id, position, case_id, state, state_word) values
    (2, 0, 7, 'accepted', 'ACCEPTED'),
    (2, 1, 7, null, 'DANG_XU_LY'),
    (2, 2, 7, 'completed', 'COMPLETED');
