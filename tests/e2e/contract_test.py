"""What holds answers to the document finds each kind of difference."""
import http.client
import io
import json
import unittest

from contract import Contract, ContractBroken

DOCUMENT = {
    "paths": {
        "/things": {
            "post": {
                "parameters": [{"name": "wait", "in": "query", "schema": {"type": "boolean"}},
                               {"name": "account", "in": "query", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                                      "headers": {"Location": {"required": True, "schema": {"pattern": "^/"}}}},
                              "default": {"$ref": "#/components/responses/Rare"}}}},
        "/things/{id}": {
            "get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                                  "304": {},
                                  "default": {"$ref": "#/components/responses/Rare"}}}},
        "/lines": {
            "get": {"responses": {"200": {"content": {"application/jsonl": {
                "schema": {"type": "string"}, "x-item-schema": {"$ref": "#/components/schemas/Thing"}}}},
                "default": {"$ref": "#/components/responses/Rare"}}}}},
    "components": {
        "responses": {"Rare": {"content": {"application/problem+json": {"schema": {
            "allOf": [{"$ref": "#/components/schemas/Problem"}], "properties": {"status": {"const": 500}}}}}}},
        "schemas": {
            "Thing": {"type": "object", "additionalProperties": False, "required": ["id"],
                      "properties": {"id": {"type": "integer"}}},
            "Order": {"type": "object", "additionalProperties": False, "required": ["size"],
                      "properties": {"size": {"enum": ["s", "l"]}}},
            "Problem": {"type": "object", "additionalProperties": False, "required": ["status"],
                        "properties": {"status": {"type": "integer"}}}}}}


class Told:
    def __init__(self, text):
        self.text = text

    def makefile(self, *_):
        return io.BytesIO(self.text)


def response(status, body, kind="application/json", **fields):
    head = [f"HTTP/1.1 {status} X", *([f"Content-Type: {kind}"] if kind else []),
            *(f"{name}: {value}" for name, value in fields.items()), f"Content-Length: {len(body)}"]
    answer = http.client.HTTPResponse(Told("\r\n".join(head).encode() + b"\r\n\r\n" + body.encode()))
    answer.begin()
    return answer


def check(method, target, status, body, asked=None, kind="application/json", **fields):
    contract = Contract(DOCUMENT)
    answer = response(status, body, kind, **fields)
    contract.check(method, target, asked, answer, b"" if method == "HEAD" else body.encode())
    return contract


def problem(status):
    return json.dumps({"status": status})


class Answers(unittest.TestCase):
    def test_what_is_documented_passes_and_is_counted(self):
        self.assertEqual(check("GET", "/things/1", 200, '{"id": 1}').seen["GET /things/{id}"], {200})
        check("GET", "/things/1", 200, '{"id": 1}', kind="application/json; charset=utf-8")
        check("HEAD", "/things/1", 200, "")
        check("GET", "/things/1", 304, "", kind=None)
        check("GET", "/things/1", 500, problem(500), kind="application/problem+json")
        check("GET", "/lines", 200, '{"id": 1}\n{"id": 2}\n', kind="application/jsonl")
        check("POST", "/things?account=a&wait=true", 201, '{"id": 1}', '{"size": "s"}', Location="/things/1")
        check("POST", "/things?account=a&wait=", 201, '{"id": 1}', '{"size": "s"}', Location="/things/1")
        check("GET", "/nowhere", 404, problem(404), kind="application/problem+json")
        check("PUT", "/things/1", 405, problem(405), kind="application/problem+json")

    def refused(self, message, *arguments, **more):
        with self.assertRaisesRegex(ContractBroken, message):
            check(*arguments, **more)

    def test_a_field_that_is_not_documented(self):
        self.refused("color", "GET", "/things/1", 200, '{"id": 1, "color": "red"}')

    def test_a_field_that_is_missing_or_of_another_type(self):
        self.refused("id", "GET", "/things/1", 200, "{}")
        self.refused(r"\$\.id", "GET", "/things/1", 200, '{"id": "1"}')

    def test_one_bad_line_of_many(self):
        self.refused("id", "GET", "/lines", 200, '{"id": 1}\n{}\n', kind="application/jsonl")

    def test_a_status_that_is_not_documented(self):
        self.refused("500 was expected", "GET", "/things/1", 409, problem(409), kind="application/problem+json")

    def test_another_type_of_content(self):
        self.refused("text/plain", "GET", "/things/1", 200, '{"id": 1}', kind="text/plain")
        self.refused("no problem document", "GET", "/nowhere", 404, problem(404))
        self.refused("has a body", "GET", "/things/1", 304, '{"id": 1}')

    def test_a_path_or_method_that_is_not_documented(self):
        self.refused("no such operation", "GET", "/nowhere", 200, "{}")
        self.refused("no such operation", "PUT", "/things/1", 200, "{}")
        self.refused("no such operation", "GET", "/things", 404, problem(404), kind="application/problem+json")

    def test_a_header_that_is_missing_or_different(self):
        order = ("POST", "/things?account=a", 201, '{"id": 1}', '{"size": "s"}')
        self.refused("has no Location", *order)
        self.refused("does not match", *order, Location="things")

    def test_a_request_that_was_taken_against_the_document(self):
        self.refused("size", "POST", "/things?account=a", 201, '{"id": 1}', '{"size": "m"}', Location="/x")
        self.refused("size", "POST", "/things?account=a", 201, '{"id": 1}', None, Location="/x")
        self.refused("color", "POST", "/things?account=a&color=red", 201, '{"id": 1}', '{"size": "s"}', Location="/x")
        self.refused("wait", "POST", "/things?account=a&wait=maybe", 201, '{"id": 1}', '{"size": "s"}', Location="/x")
        self.refused("without account", "POST", "/things", 201, '{"id": 1}', '{"size": "s"}', Location="/x")


if __name__ == "__main__":
    unittest.main()
