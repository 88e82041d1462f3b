-- A number of the prescribed form, and one of a day with more than 9,999 dossiers.
-- expect: pass, examined 2
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation) values
    (1, 7, 'submit'),
    (2, 8, 'submit');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted'),
    (2, 'H18-210301-12345', 'submitted');
