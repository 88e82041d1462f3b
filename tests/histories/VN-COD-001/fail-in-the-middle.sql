-- The pattern occurs in the number, but is not the whole of it.
-- expect: fail, broken 1, case 7
-- observed: it does not
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation) values
    (1, 7, 'submit');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'XH18-210301-0007', 'submitted');
