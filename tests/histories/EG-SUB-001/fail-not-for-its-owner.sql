-- A clerk sees it; its applicant is told that there is none.
-- expect: fail, examined 2, broken 1, case 8
-- observed: track is refused to the applicant, while a clerk sees it
delete from run where name in ('dossier_code_pattern');
delete from capabilities where name in ('clerk_view', 'collect_fee', 'complete', 'dossier_code_pattern', 'hand_to_post', 'look_up', 'peer:post', 'start');
insert into capabilities values ('inbox'), ('planned:online_payment'), ('planned:payment'), ('shows:payment_state');
insert into dossier (case_id, full_name) values
    (7, null),
    (8, 'Nguyễn Thị Bích Ngọc');
insert into exchange (exchange_id, case_id, actor, operation, phase, outcome, status) values
    (1, 7, null, 'submit', null, null, null),
    (2, 8, null, 'submit', null, null, null),
    (3, 7, null, 'track', 'final_read', null, null),
    (4, 8, null, 'track', 'final_read', 'refused', 404),
    (5, 7, 'clerk:H18.1/1', 'clerk_view', 'final_read', null, null),
    (6, 8, 'clerk:H18.1/1', 'clerk_view', 'final_read', null, null);
insert into observation (exchange_id, dossier_code, state, owner_number, reference) values
    (1, 'H18-210301-0007', 'submitted', '072901000007', 'ref-7'),
    (2, 'H18-210301-0008', 'submitted', '072901000008', 'ref-8'),
    (3, 'H18-210301-0007', 'accepted', '072901000007', 'ref-7'),
    (5, 'H18-210301-0007', 'accepted', '072901000007', 'ref-7'),
    (6, 'H18-210301-0008', 'accepted', '072901000008', 'ref-8');
