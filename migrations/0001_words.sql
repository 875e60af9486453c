-- The word book. Statements are separated by empty lines, and each can run again.

-- `version` counts the changes of a row, so that a change can be made to what was read and nothing
-- else. `english_key` and `chinese_key` are the pair, trimmed and without letter case. `folded` is what a
-- search looks in: the four fields without letter case, each ended by U+001F, and one more at the end.
-- `owner` is the name of the account that added the word; nobody owns what was added without a login.
CREATE TABLE IF NOT EXISTS words (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    english TEXT NOT NULL,
    chinese TEXT NOT NULL,
    sentence_eng TEXT NOT NULL,
    sentence_chi TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    owner TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    english_key TEXT NOT NULL,
    chinese_key TEXT NOT NULL,
    folded TEXT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS words_pair ON words (english_key, chinese_key);

-- Every three characters in a row of `folded`, for a search of three or more.
CREATE VIRTUAL TABLE IF NOT EXISTS words_trigrams USING fts5 (
    folded,
    content = 'words',
    content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1'
);

-- The same in the order of the alphabet, for a search of one or two: what a trigram begins with is in
-- the word, and every character of a word begins one, as two U+001F end it.
CREATE VIRTUAL TABLE IF NOT EXISTS words_by_trigram USING fts5vocab ('words_trigrams', 'instance');

-- How many words there are. Counting 100,000 rows takes longer than reading a page of them.
CREATE TABLE IF NOT EXISTS words_total (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    total INTEGER NOT NULL
);

CREATE TRIGGER IF NOT EXISTS words_inserted AFTER INSERT ON words BEGIN
    INSERT INTO words_trigrams (rowid, folded) VALUES (new.id, new.folded);
    INSERT INTO words_total (id, total) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET total = total + 1;
END;

CREATE TRIGGER IF NOT EXISTS words_deleted AFTER DELETE ON words BEGIN
    INSERT INTO words_trigrams (words_trigrams, rowid, folded)
        VALUES ('delete', old.id, old.folded);
    UPDATE words_total SET total = total - 1;
END;

CREATE TRIGGER IF NOT EXISTS words_updated AFTER UPDATE OF folded ON words BEGIN
    INSERT INTO words_trigrams (words_trigrams, rowid, folded)
        VALUES ('delete', old.id, old.folded);
    INSERT INTO words_trigrams (rowid, folded) VALUES (new.id, new.folded);
END;
