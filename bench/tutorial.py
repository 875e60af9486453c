"""The tutorial's programs, on Flask: what Handspun is compared with.

Where the tutorial leaves something open, they do what Handspun does: a file that was uploaded is on the disk
before that is answered; words are in SQLite, in the tables that Handspun made, and searched for with the same
index; passwords are Werkzeug's scrypt. `DATABASE` and `PICTURES` in the environment say where these are.
"""

import functools
import os
import sqlite3
import time
from pathlib import Path

from flask import Flask, abort, jsonify, redirect, render_template, request, send_from_directory, session
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.utils import secure_filename

ROOT = Path(__file__).resolve().parents[1]

PAGE = 20
MAX_COUNTED = 1_000
COLUMNS = "words.id, english, chinese, sentence_eng, sentence_chi, created_at, updated_at, owner"
NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

app = Flask(__name__, template_folder=ROOT / "functions/index/templates", static_folder=ROOT / "static")
app.secret_key = "of-the-bench"


@functools.cache
def database() -> sqlite3.Connection:
    """One for each worker, as the tutorial has it; a change is synced, as is SQLite's default."""
    connection = sqlite3.connect(os.environ["DATABASE"], timeout=5, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


# §1


@app.get("/index")
def index():
    user = {"username": request.args.get("username", "duke")}
    return render_template("index.html", title=request.args.get("title", "我的"), user=user)


@app.post("/add")
def add():
    result = {"sum": request.json["a"] + request.json["b"]}
    return jsonify(result)


# §2


@app.post("/upload")
def upload():
    image = request.files["image"]
    path = Path(os.environ["PICTURES"]) / secure_filename(image.filename)
    image.save(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return f"info is {request.form.get('info', '')}. success"


@app.get("/uploads/<name>")
def uploaded(name):
    return send_from_directory(os.environ["PICTURES"], name)


# §3


@app.post("/auth/register")
def register():
    name = request.json["name"]
    insert = f"""INSERT INTO users (name, name_key, password_hash, created_at, password_changed_at)
        VALUES (?, ?, ?, {NOW}, {NOW}) ON CONFLICT (name_key) DO NOTHING"""
    values = name, name.casefold(), generate_password_hash(request.json["password"])
    if database().execute(insert, values).rowcount == 0:
        abort(409)
    session["login_user"] = name
    return account(name), 201


@app.post("/auth/login")
def log_in():
    name = request.json["name"]
    row = user(name)
    if row is None or not check_password_hash(row["password_hash"], request.json["password"]):
        abort(401)
    session["login_user"] = name
    return account(name)


def account(name: str) -> dict:
    row = user(name)
    return {key: row[key] for key in ("name", "nickname", "created_at")}


def user(name: str) -> sqlite3.Row | None:
    return database().execute("SELECT * FROM users WHERE name_key = ?", (name.casefold(),)).fetchone()


# §9


@app.get("/sleep")
def sleep():
    time.sleep(float(request.args["seconds"]))
    return "hello world"


# §10


@app.get("/data")
def data():
    insert(*(request.args[name].strip().replace("\n", "") for name in FIELDS))
    return redirect("/")


@app.get("/words")
def words():
    text = request.args.get("q", "")
    rows, total = found(text.casefold()) if text else newest()
    more, rows = len(rows) > PAGE, [word(row) for row in rows[:PAGE]]
    return jsonify(words=rows, total=total, next=str(rows[-1]["id"]) if more else None)


@app.post("/words")
def create():
    row = insert(*(request.json.get(name, "") for name in FIELDS))
    if row is None:
        abort(409)
    return word(row), 201, {"Location": f"/words/{row['id']}"}


@app.get("/words/<int:number>")
def read(number):
    row = database().execute(f"SELECT {COLUMNS} FROM words WHERE id = ?", (number,)).fetchone()
    if row is None:
        abort(404)
    return word(row)


FIELDS = "english", "chinese", "sentence_eng", "sentence_chi"


def insert(*fields: str) -> sqlite3.Row | None:
    """The new word; none where the pair is there already."""
    statement = f"""INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, updated_at,
        english_key, chinese_key, folded) VALUES (?, ?, ?, ?, {NOW}, {NOW}, ?, ?, ?)
        ON CONFLICT (english_key, chinese_key) DO NOTHING RETURNING {COLUMNS}"""
    keys = [field.strip().casefold() for field in fields[:2]]
    folded = "".join(field.casefold() + "\x1f" for field in fields) + "\x1f"
    # Read to its end, which is where it is committed.
    rows = database().execute(statement, (*fields, *keys, folded)).fetchall()
    return rows[0] if rows else None


def newest() -> tuple[list[sqlite3.Row], int]:
    rows = database().execute(f"SELECT {COLUMNS} FROM words ORDER BY id DESC LIMIT {PAGE + 1}").fetchall()
    return rows, database().execute("SELECT coalesce(sum(total), 0) FROM words_total").fetchone()[0]


def found(text: str) -> tuple[list[sqlite3.Row], int | None]:
    """Those with a text of three characters or more, and how many there are."""
    select = f"""WITH found AS MATERIALIZED (SELECT rowid AS id FROM words_trigrams
        WHERE words_trigrams MATCH ? ORDER BY rowid DESC LIMIT {MAX_COUNTED + 1})
        SELECT {COLUMNS}, (SELECT count(*) FROM found) AS total FROM found JOIN words ON words.id = found.id
        ORDER BY found.id DESC LIMIT {PAGE + 1}"""
    phrase = '"{}"'.format(text.replace('"', '""'))
    rows = database().execute(select, (phrase,)).fetchall()
    total = rows[0]["total"] if rows else 0
    return rows, total if total <= MAX_COUNTED else None


def word(row: sqlite3.Row) -> dict:
    names = ("id", *FIELDS, "created_at", "updated_at", "owner")
    return {name: row[name] for name in names}
