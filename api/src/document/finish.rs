//! Rules that hold for every operation and every schema, applied once to the collected document.

use serde_json::{Map, Value, json};

use super::patches::derive_patches;

/// Every role, the one that may least first.
const ROLES: [&str; 6] = ["anonymous", "guest", "member", "editor", "owner", "manager"];

/// Errors that any operation can end in, with the sentence that documents them.
const ERRORS: [(u16, &str, &str); 16] = [
    (
        400,
        "BadRequest",
        "The address, a parameter or the body cannot be read as documented.",
    ),
    (
        401,
        "Unauthenticated",
        "No valid credentials, though some are needed or were given.",
    ),
    (403, "Forbidden", "The role or the key does not include this operation."),
    (404, "NotFound", "There is nothing here that the caller may see."),
    (405, "MethodNotAllowed", "The path does not have this method."),
    (408, "BodyTooSlow", "The body did not arrive in time."),
    (409, "Conflict", "It conflicts with the present state."),
    (412, "Stale", "The record has changed since it was read."),
    (413, "PayloadTooLarge", "The body is too long."),
    (414, "AddressTooLong", "The path and query are too long."),
    (415, "UnsupportedMediaType", "The body is of another media type."),
    (
        422,
        "Invalid",
        "The content breaks at least one rule; every fault is named.",
    ),
    (428, "PreconditionRequired", "A change needs If-Match."),
    (429, "TooManyRequests", "Too often; Retry-After says when to try again."),
    (500, "Internal", "A defect of the server."),
    (
        503,
        "Unavailable",
        "Overloaded or partly down; Retry-After says when to try again.",
    ),
];

pub(super) fn all(document: &mut Value) {
    document["info"] = info();
    document["servers"] = json!([{"url": "/", "description": "This server."}]);
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token of `POST /v1/auth/login`, or an API key (`wk_live_…`)."}
    });
    document["components"]["responses"] = error_responses();
    document["components"]["headers"] = json!({
        "RequestId": {"description": "Leads to the log.", "schema": {"type": "string"}},
        "RateLimit": {"description": "Requests left now (`r`), and the seconds until all are left again (`t`). Left out where requests are not counted.", "schema": {"type": "string"}},
        "RateLimit-Policy": {"description": "Requests (`q`) in so many seconds (`w`). Left out where requests are not counted.", "schema": {"type": "string"}},
        "ETag": {"description": "Strong tag of what the caller sees; for `If-Match` and `If-None-Match`.", "schema": {"type": "string"}}
    });
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                finish_operation(path, method, operation);
            }
        }
    }
    derive_patches(document);
    import_lines(document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas.iter_mut() {
            if !name.ends_with("Patch") {
                without_null(schema);
            }
            safe_integers(schema);
            schema["title"] = json!(name);
        }
        schemas.sort_keys();
    }
    if let Some(paths) = document["paths"].as_object_mut() {
        paths.values_mut().for_each(without_null);
    }
}

fn info() -> Value {
    json!({
        "title": "Werkstadt",
        "summary": "Member network directory and matchmaking.",
        "description": "Who should work with whom on what, and why? The directory of an innovation network, its skills, offers \
            and requests, and explained matches between them. Errors are problem documents (RFC 9457), lists are paged by \
            cursor, changes need `If-Match`.",
        "version": env!("CARGO_PKG_VERSION"),
        "contact": {"name": "The Werkstadt developers", "url": "https://www.jena-digital.de"},
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    })
}

fn error_responses() -> Value {
    let response = |description: &str| {
        json!({
            "description": description,
            "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        })
    };
    let all = ERRORS
        .iter()
        .map(|(_, name, description)| ((*name).to_owned(), response(description)));
    Value::Object(all.collect::<Map<_, _>>())
}

/// Extensions are collected in no order; written in order of name, where they stood.
fn in_order(members: &mut Map<String, Value>) {
    let is_extension = |name: &&String| name.starts_with("x-");
    let mut names: Vec<String> = members.keys().filter(is_extension).cloned().collect();
    names.sort_unstable();
    let mut names = names.into_iter();
    let mut before = std::mem::take(members);
    let places: Vec<String> = before.keys().cloned().collect();
    for place in places {
        let name = if place.starts_with("x-") {
            names.next()
        } else {
            Some(place)
        };
        if let Some((name, value)) = name.and_then(|name| before.remove_entry(&name)) {
            members.insert(name, value);
        }
    }
}

fn finish_operation(path: &str, method: &str, operation: &mut Value) {
    expand_access(operation);
    // A key without the scope is refused wherever it calls.
    let mut statuses = vec![400, 401, 403, 405, 414, 500, 503];
    if path.starts_with("/v1") {
        statuses.push(429);
    }
    if path.contains('{') {
        statuses.push(404);
    }
    if let Some(content) = operation.pointer("/requestBody/content") {
        statuses.extend([408, 413, 415]);
        // What is wrong with lines and tables is told by the job that reads them.
        if content.get("application/json").is_some() || content.get("application/merge-patch+json").is_some() {
            statuses.push(422);
        }
    }
    let once = method == "post" && operation["x-safe"] != true && path.starts_with("/v1");
    if once {
        statuses.extend([409, 422]);
        add_idempotency_key(operation);
    }
    let conditional = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|one| one["name"] == "If-Match");
    if conditional {
        statuses.extend([412, 428]);
    }
    if conditional || (method == "post" && operation["responses"].get("201").is_some()) {
        statuses.push(409);
    }
    for extra in operation["x-errors"].as_array().into_iter().flatten() {
        statuses.extend(extra.as_u64().and_then(|status| u16::try_from(status).ok()));
    }
    if let Some(members) = operation.as_object_mut() {
        members.shift_remove("x-errors");
        members.shift_remove("x-safe");
        in_order(members);
    }
    describe(operation);
    patch_as_json(operation);
    let etag = conditional
        || ["201", "304"]
            .iter()
            .any(|status| operation["responses"].get(status).is_some());
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        response["headers"]["X-Request-Id"] = json!({"$ref": "#/components/headers/RequestId"});
        if path.starts_with("/v1") {
            for name in ["RateLimit", "RateLimit-Policy"] {
                response["headers"][name] = json!({"$ref": format!("#/components/headers/{name}")});
            }
        }
        if etag && ["200", "201", "304"].contains(&status.as_str()) {
            response["headers"]["ETag"] = json!({"$ref": "#/components/headers/ETag"});
        }
    }
    for (status, name, _) in ERRORS {
        if statuses.contains(&status) {
            responses
                .entry(status.to_string())
                .or_insert(json!({"$ref": format!("#/components/responses/{name}")}));
        }
    }
}

/// The header by which a request is done once however often it is sent.
fn add_idempotency_key(operation: &mut Value) {
    let parameter = json!({
        "name": crate::idempotency::HEADER, "in": "header", "required": false,
        "description": "A new random text for every request that is not a repetition. Sent again within 24 hours, the request is not \
            done again; the first answer is given once more, unless it shows a secret.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
    });
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// Many generated clients send every body as `application/json`; a merge patch is taken under that name too.
fn patch_as_json(operation: &mut Value) {
    let Some(content) = operation
        .pointer_mut("/requestBody/content")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    if let Some(patch) = content.get("application/merge-patch+json").cloned() {
        content.insert("application/json".to_owned(), patch);
    }
}

/// Says in words who may call.
fn describe(operation: &mut Value) {
    let rule = &operation["x-authz"];
    let least = rule["roles"].get(0).and_then(Value::as_str).unwrap_or_default();
    let who = match least {
        "anonymous" => "Open to everyone; who signs in may see more.",
        "guest" => "For everyone with an account.",
        "member" => "For everyone with an account at an organisation, and for managers.",
        "editor" => "For editors and owners of the organisation, and for managers.",
        "owner" => "For owners of the organisation, and for managers.",
        _ => "For managers.",
    };
    let scope = rule["scopes"].get(0).and_then(Value::as_str);
    let key = scope.map_or_else(
        || "Not for API keys.".to_owned(),
        |scope| format!("API keys need `{scope}`."),
    );
    let said = operation["description"]
        .as_str()
        .map(|text| format!("{text}\n\n"))
        .unwrap_or_default();
    operation["description"] = json!(format!("{said}{who} {key}"));
}

/// Writes the roles out, `{"from": "editor"}` becoming every role from editor on, and derives the security requirement.
fn expand_access(operation: &mut Value) {
    let rule = operation["x-authz"].take();
    let from = rule["from"].as_str().unwrap_or("nobody");
    let roles: Vec<&str> = ROLES.into_iter().skip_while(|role| *role != from).collect();
    let open = roles.contains(&"anonymous");
    let scopes: Vec<&Value> = rule.get("scope").into_iter().collect();
    operation["x-authz"] = json!({"roles": roles, "scopes": scopes, "own": rule["own"] == true});
    for name in ["enrolment", "absent"] {
        if rule[name] == true {
            operation["x-authz"][name] = json!(true);
        }
    }
    operation["security"] = if open {
        json!([{}, {"bearer": []}])
    } else {
        json!([{"bearer": []}])
    };
}

/// A line of an import is one of its sorts, told apart by `record`. An organisation's line has the members of a new
/// organisation and its parts.
fn import_lines(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    let mut organisation = schemas.get("OrganisationCreate").cloned().unwrap_or_default();
    let parts = schemas.shift_remove("ImportParts").unwrap_or_default();
    for (name, part) in parts["properties"].as_object().into_iter().flatten() {
        organisation["properties"][name] = part.clone();
    }
    organisation["description"] = json!("An organisation with its parts, in an import.");
    schemas.insert("ImportOrganisation".to_owned(), organisation);
    let mut membership_type = schemas.get("MembershipTypeCreate").cloned().unwrap_or_default();
    membership_type["properties"]["id"] =
        json!({"type": "string", "format": "uuid", "description": "Its id; a new one if left out."});
    membership_type["description"] =
        json!("A type of membership, in an import. Where the directory has one of this code, that one stays as it is.");
    schemas.insert("ImportMembershipType".to_owned(), membership_type);
    let sorts = [
        ("ImportSkill", "skill"),
        ("ImportOrganisation", "organisation"),
        ("ImportOpportunity", "opportunity"),
        ("ImportSolution", "solution"),
        ("ImportPerson", "person"),
        ("ImportMembershipType", "membership_type"),
    ];
    for (name, record) in sorts {
        let Some(schema) = schemas.get_mut(name) else { continue };
        schema["example"]["record"] = json!(record);
        schema["properties"]["record"] =
            json!({"type": "string", "enum": [record], "description": "The sort of the line."});
        if let Some(required) = schema["required"].as_array_mut() {
            required.insert(0, json!("record"));
        }
    }
    let choices: Vec<Value> = sorts
        .iter()
        .map(|(name, _)| json!({"$ref": format!("#/components/schemas/{name}")}))
        .collect();
    let line = json!({"oneOf": choices, "description": "One line of an import; `record` tells its sort."});
    schemas.insert("ImportLine".to_owned(), line);
}

/// Optional members are left out, never null: `["string", "null"]` becomes `string`, a choice of null and a reference becomes
/// the reference.
pub(super) fn without_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|one| one != "null");
                if let [single] = types.as_slice() {
                    let single = single.clone();
                    object.insert("type".to_owned(), single);
                }
            }
            if let Some(Value::Array(choices)) = object.get_mut("oneOf") {
                choices.retain(|one| one["type"] != "null");
                if let [single] = choices.as_slice() {
                    let single = single.clone();
                    object.shift_remove("oneOf");
                    for (name, member) in single.as_object().into_iter().flatten() {
                        object.entry(name.clone()).or_insert(member.clone());
                    }
                }
            }
            object.values_mut().for_each(without_null);
        }
        _ => {}
    }
}

/// Wide integers stay within what a double holds exactly: 2^53 − 1.
fn safe_integers(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(safe_integers),
        Value::Object(object) => {
            if object
                .get("format")
                .is_some_and(|format| format == "int64" || format == "uint64")
            {
                object.entry("maximum").or_insert(json!(9_007_199_254_740_991_i64));
                object.entry("minimum").or_insert(json!(-9_007_199_254_740_991_i64));
            }
            object.values_mut().for_each(safe_integers);
        }
        _ => {}
    }
}
