-- The public look-up shows the state only.
-- expect: pass, examined 1
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation) values
    (1, 7, null, 'submit'),
    (2, 7, 'reader', 'look_up');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted'),
    (2, 'H18-210301-0007', 'accepted');
