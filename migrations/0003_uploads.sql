-- Pictures. Statements are separated by empty lines, and each can run again.

-- The bytes are in the key-value store, in chunks below the random id `blob`; a row says what they are. `state` is
-- `uploading` before the first chunk is written, `kept` once the picture is whole and is the one of its name,
-- `gone` once it was given up, replaced or deleted, and `stalled` where a clean-up gave it up, as nothing of it had
-- come for long. Up to `chunks` chunks may be there, in whichever state. `uploaded_at` is null until it is kept.
-- `touched_at` is when an upload last went on, or what is gone was last read; both times are in milliseconds since
-- 1970. `owner_id` is the account that may change it, and `owner` that account's name; nobody owns what was
-- uploaded without a login.
CREATE TABLE IF NOT EXISTS uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    blob TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    chunk_bytes INTEGER,
    size INTEGER,
    sha256 TEXT,
    content_type TEXT,
    info TEXT,
    owner_id INTEGER,
    owner TEXT,
    uploaded_at INTEGER
);

-- The list by name; and a name has one picture.
CREATE UNIQUE INDEX IF NOT EXISTS uploads_name ON uploads (name) WHERE state = 'kept';

-- The list of the newest.
CREATE INDEX IF NOT EXISTS uploads_newest ON uploads (uploaded_at, id) WHERE state = 'kept';

-- What a clean-up looks for.
CREATE INDEX IF NOT EXISTS uploads_unused ON uploads (touched_at) WHERE state <> 'kept';

-- The new picture of a name takes the place of the old one, in the same statement.
CREATE TRIGGER IF NOT EXISTS uploads_kept BEFORE UPDATE OF state ON uploads WHEN new.state = 'kept' BEGIN
    UPDATE uploads SET state = 'gone', touched_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
        WHERE name = new.name AND state = 'kept' AND id <> new.id;
END;
