"""What the conformance run cannot know from the contract: how lines of an import are written."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def json_lines(ctx, value):
    """One value is one line; schema-breaking values are sent as they are."""
    return json.dumps(value).encode("utf-8", "surrogatepass") + b"\n"
