//! GET /args and /args/list: a query's parameter, once and as a list (§1, `request.args`).

use kit::{App, Request, Response, Result, json, jsonify, text};

kit::service!(app);

fn app() -> App {
    site::app().get("/args", first).get("/args/list", list)
}

/// The first value, or an empty body where there is none.
async fn first(request: Request) -> Result<Response> {
    let infor = request.args().get("infor");
    if request.wants_json() {
        return Ok(jsonify(&json!({ "infor": infor })));
    }
    Ok(text(infor.unwrap_or_default()))
}

/// All values, as Python prints the list of them.
async fn list(request: Request) -> Result<Response> {
    let args = request.args();
    if request.wants_json() {
        return Ok(jsonify(&json!({ "infor": args.getlist("infor") })));
    }
    Ok(text(args.list_repr("infor")))
}
