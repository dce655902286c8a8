"""The API's own document as a contract: every answer that a test gets has to be in it, and what was asked for it, too."""
import gzip
import json
import re
import urllib.parse

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

METHODS = ("get", "post", "put", "patch", "delete")


class ContractBroken(AssertionError):
    """The daemon and its document disagree."""


def expanded(node, document):
    """The same with what every reference is about in its place. What stands beside a reference only describes."""
    if isinstance(node, list):
        return [expanded(one, document) for one in node]
    if not isinstance(node, dict):
        return node
    node = dict(node)
    reference = node.pop("$ref", None)
    if reference is None:
        return {key: expanded(value, document) for key, value in node.items()}
    assert node.keys() <= {"description", "summary"}, f"beside {reference}: {sorted(node)}"
    target = document
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return {**expanded(target, document), **node}


class Operation:
    def __init__(self, method, path, item, document):
        own = item[method]
        self.method, self.path = method.upper(), path
        self.name = f"{self.method} {path}"
        self.about = expanded(own, document)
        self.responses = self.about["responses"]
        self.parameters = expanded(item.get("parameters", []), document) + self.about.get("parameters", [])
        self.pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))

    def query(self):
        return {one["name"]: one for one in self.parameters if one["in"] == "query"}

    def request_schema(self):
        content = self.about.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")


class Contract:
    def __init__(self, document):
        self.document = document
        self.problem = expanded(document["components"]["schemas"]["Problem"], document)
        self.operations = [Operation(method, path, item, document) for path, item in document["paths"].items()
                           for method in METHODS if method in item]
        self.operations.sort(key=lambda one: "{" in one.path)  # a path that is spelt out comes first
        self.seen = {one.name: set() for one in self.operations}  # statuses
        self.validators = {}
        self.passed = set()  # a poll gets the same answer again and again

    def find(self, method, path):
        method = "GET" if method == "HEAD" else method
        return next((one for one in self.operations if one.method == method and one.pattern.fullmatch(path)), None)

    def check(self, method, target, asked, response, body):
        """`response` as http.client has it; `asked` and `body` are what was sent and read, None: not read."""
        path, _, query = target.partition("?")
        operation = self.find(method, path)
        place = f"{method} {target}: {response.status}"
        if operation is None:
            return self.check_stray(method, path, response, body, place)
        answer = operation.responses.get(str(response.status), operation.responses["default"])
        for name, header in answer.get("headers", {}).items():
            self.check_header(name, header, response, place)
        self.check_answer(answer, method, response, body, place)
        if 200 <= response.status < 300:
            self.check_query(operation, query, place)
            self.check_request(operation, asked, place)
        self.seen[operation.name].add(response.status)
        return None

    def check_stray(self, method, path, response, body, place):
        """A path or method that is not in the document is not served either."""
        exists = any(one.pattern.fullmatch(path) for one in self.operations)
        wanted = (400, 401, 405) if exists else (400, 401, 404)
        if response.status not in wanted:
            raise ContractBroken(f"{place}, but the document has no such operation")
        if response.headers.get_content_type() != "application/problem+json":
            raise ContractBroken(f"{place} is no problem document")
        if method != "HEAD":
            self.check_value(self.problem, body, json.loads, place)

    def check_header(self, name, header, response, place):
        value = response.getheader(name)
        if value is None and header.get("required"):
            raise ContractBroken(f"{place} has no {name}")
        if value is not None:
            self.check_value(header["schema"], value, str, place)

    def check_answer(self, answer, method, response, body, place):
        content = answer.get("content")
        if content is None:
            if body or response.getheader("Content-Type"):
                raise ContractBroken(f"{place} has a body, which the document does not know")
            return
        kind = response.headers.get_content_type()
        if kind not in content:
            raise ContractBroken(f"{place} is {kind}; the document knows {', '.join(content)}")
        if method == "HEAD":
            if body:
                raise ContractBroken(f"{place} has a body")
        elif body is not None:
            body = gzip.decompress(body) if response.getheader("Content-Encoding") == "gzip" else body
            self.check_body(content[kind], kind, body, place)

    def check_body(self, media, kind, body, place):
        if "x-item-schema" in media:
            for line in body.splitlines():
                self.check_value(media["x-item-schema"], line, json.loads, place)
        else:
            self.check_value(media["schema"], body, json.loads if kind.endswith("json") else bytes.decode, place)

    def check_event(self, target, data):
        """One event of a stream."""
        media = self.find("GET", target.partition("?")[0]).responses["200"]["content"]["text/event-stream"]
        self.check_value(media["x-item-schema"], data, json.loads, "an event of " + target)

    def check_query(self, operation, query, place):
        known = operation.query()
        given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        anything = any(one["schema"].get("type") == "object" for one in known.values())  # spread out as parameters
        for name, value in given.items():
            if name not in known and not anything:
                raise ContractBroken(f"{place}: the document does not know the parameter {name}")
            if name in known and value:  # an empty one counts as left out
                self.check_value(known[name]["schema"], value, self.reader_of(known[name]["schema"]), f"{place}: {name}")
        for name, parameter in known.items():
            if parameter.get("required") and not given.get(name):
                raise ContractBroken(f"{place} without {name}, which the document calls required")

    @staticmethod
    def reader_of(schema):
        words = {"true": True, "1": True, "false": False, "0": False}
        return {"integer": int, "boolean": words.get}.get(schema.get("type"), str)

    def check_request(self, operation, asked, place):
        schema = operation.request_schema()
        if schema is not None:
            self.check_value(schema, asked or "{}", json.loads, place + " for a request that the document forbids")

    def check_value(self, schema, raw, read, place):
        key = (id(schema), raw)
        if key in self.passed:
            return
        validator = self.validators.get(id(schema))
        if validator is None:
            validator = self.validators[id(schema)] = Draft202012Validator(schema)
        error = best_match(validator.iter_errors(read(raw)))
        if error is not None:
            raise ContractBroken(f"{place}: {error.json_path}: {error.message[:500]}")
        if len(raw) < 100_000:
            self.passed.add(key)
