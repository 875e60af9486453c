-- Accounts that the server's variable `admins` names: they have to be there before it does.

INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) VALUES
    ('somebody', 'somebody',
     'pbkdf2:sha256:1000$hurlHurlHurl0001$e0ccb4fb527b0b3c6e356f7bcbce8e5ea265efdc12cb86c0c103659a60d39f58',
     '2022-02-15T14:57:42Z', '2022-02-15T14:57:42Z'),
    ('The-Admin', 'the-admin',
     'pbkdf2:sha256:1000$hurlHurlHurl0002$d71f23fc717d00104a8f40182ab94c350caeb9ae19f007d2f843b1e1cc16fe93',
     '2022-02-15T14:57:42Z', '2022-02-15T14:57:42Z');
