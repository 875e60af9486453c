"""The tutorial's programs on Flask, at Handspun's paths.

Written as somebody who followed the tutorial would write them, with Flask's own parsers and nothing
checked by hand: what they answer is what Flask does. Where the tutorial prints to its terminal, a
client that prefers JSON gets what was printed. SQLite stands in for MySQL.
"""

import os
import sqlite3
import tempfile
import time
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, render_template, request, session
from werkzeug.utils import secure_filename

app = Flask(__name__)
app.secret_key = "of-the-tutorial"
app.config["SECRET_KEY_FALLBACKS"] = ["of-last-year"]

# The most bytes that a POST /upload may have.
UPLOAD_LIMIT = 1024 * 1024

# Gone with the program that compares.
UPLOADS = tempfile.TemporaryDirectory()
app.config["UPLOAD_FOLDER"] = UPLOADS.name
app.config["ALLOWED_EXTENSIONS"] = {"png", "jpg", "jpeg", "gif"}


def allowed_file(filename):
    return "." in filename and filename.rsplit(".", 1)[1] in app.config["ALLOWED_EXTENSIONS"]


@app.post("/upload")
def upload():
    request.max_content_length = UPLOAD_LIMIT
    upload_file = request.files["image"]
    if upload_file and allowed_file(upload_file.filename):
        filename = secure_filename(upload_file.filename)
        upload_file.save(os.path.join(app.config["UPLOAD_FOLDER"], filename))
        return "info is " + request.form.get("info", "") + ". success"
    else:
        return "failed"


def wants_json():
    """Whether the client prefers JSON to a page and to text."""
    offers = ["text/plain", "text/html", "application/json"]
    return request.accept_mimetypes.best_match(offers) == "application/json"


def wants_page():
    """Whether the client is a browser."""
    return request.accept_mimetypes.best_match(["text/plain", "text/html"]) == "text/html"


@app.get("/index")
def index():
    title = request.args.get("title", "我的")
    user = {"username": request.args.get("username", "duke")}
    if wants_json():
        return jsonify(title=title, user=user)
    return render_template("index.html", title=title, user=user)


@app.get("/session")
def log_in():
    session["login_user"] = "唤醒手腕"
    if wants_json():
        return jsonify(dict(session))
    return "index"


@app.get("/session/show")
def show_session():
    return jsonify(dict(session))


@app.post("/session")
def set_session():
    session.update(request.form)
    return shown_session()


@app.delete("/session")
def clear_session():
    session.clear()
    return shown_session()


def shown_session():
    return redirect("/session/show", code=303) if wants_page() else ("", 204)


@app.get("/args")
def first_arg():
    data = request.args.get("infor")
    if wants_json():
        return jsonify(infor=data)
    if data is None:
        return ""
    return data


@app.get("/args/list")
def list_of_args():
    data = request.args.getlist("infor")
    if wants_json():
        return jsonify(infor=data)
    return str(data)


@app.post("/form")
def form():
    printed = {"form_repr": str(request.form), "args_repr": str(request.args)}
    if wants_json():
        form, args = (list(both.items(multi=True)) for both in (request.form, request.args))
        return jsonify(form=form, args=args, **printed)
    return "success"


@app.post("/form/stream")
def form_stream():
    data = request.stream.read().decode(encoding="utf-8")
    if wants_json():
        return jsonify(data=data)
    return data


@app.post("/register")
def register():
    name = request.form["name"]
    if wants_json():
        return jsonify(
            name=name,
            names=request.form.getlist("name"),
            nickname=request.form.get("nickname", default="唤醒手腕"),
            headers=list(request.headers.items()),
        )
    return "welcome"


@app.post("/add")
def add():
    return jsonify({"sum": request.json["a"] + request.json["b"]})


@app.get("/cookies/add")
def add_cookie():
    response = jsonify(added=["name", "唤醒手腕"]) if wants_json() else Response("add cookies")
    response.set_cookie(key="name", value="唤醒手腕", expires=time.time() + 6 * 60)
    return response


@app.get("/add")
def moved_add_cookie():
    return redirect("/cookies/add", code=307)


@app.post("/auth/logout")
def log_out():
    """To where the form says, if that is a page of this site: the check that many Flask applications make."""
    target = request.form.get("next", "/")
    named = urlsplit(target)
    if named.scheme or named.netloc or not target.startswith("/"):
        target = "/"
    return redirect(target, code=303)


@app.route("/proxy/reverse/", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def upstreams_first_page():
    return "the first page"


@app.get("/show")
@app.get("/cookies/show")
def show_cookies():
    if wants_json():
        return jsonify(cookies=list(request.cookies.items(multi=True)))
    return str(request.cookies)


@app.get("/delete")
@app.get("/cookies/delete")
def delete_cookie():
    response = jsonify(deleted="name") if wants_json() else Response("delete cookies")
    response.set_cookie("name", "", expires=0)
    return response


@app.get("/env")
def env():
    conf = os.getenv("CONF", default="唤醒手腕")
    if wants_json():
        return jsonify(conf=conf)
    return conf


@app.get("/sleep")
def sleep():
    seconds = float(request.args.get("seconds", 10))
    time.sleep(seconds)
    if wants_json():
        return jsonify(seconds=seconds)
    return "hello world"


# The tutorial does not show its table. Like its own this one is never empty: the view could not add
# the first word.
app.config["sqlite"] = sqlite3.connect(":memory:", check_same_thread=False)
app.config["sqlite"].executescript("""
    create table word (id integer primary key, english, chinese, sentence_eng, sentence_chi);
    insert into word values (1, 'first', '第一', '', '');
""")


@app.get("/")
def page():
    # Handspun's page has more than the tutorial's form, so no test compares them.
    return '<form action="/data">…</form>'


@app.get("/data")
def add_word():
    english = request.args["english"].strip().replace("\n", "")
    chinese = request.args["chinese"].strip().replace("\n", "")
    sentence_eng = request.args["sentence_eng"].strip().replace("\n", "")
    sentence_chi = request.args["sentence_chi"].strip().replace("\n", "")
    cursor = app.config["sqlite"].cursor()
    cursor.execute("SELECT * FROM word ORDER BY id DESC limit 1")
    id = cursor.fetchone()[0] + 1
    cursor.execute(
        "insert into word values(?,?,?,?,?)", (id, english, chinese, sentence_eng, sentence_chi)
    )
    app.config["sqlite"].commit()
    return redirect("/")
