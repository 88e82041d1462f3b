-- The number of dossier 7 is not padded to four digits.
-- expect: fail, examined 2, broken 1, case 7
-- observed: it does not
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7),
    (8);
insert into exchange (exchange_id, case_id, operation) values
    (1, 7, 'submit'),
    (2, 8, 'submit');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-7', 'submitted'),
    (2, 'H18-210301-0008', 'submitted');
