"""Checks a configuration of Terraform, from standard input, against the schema of hashicorp/aws that cdktf's bindings were made from: names of
resources, arguments, blocks and attributes, and what is required. Argument: the wheel of cdktf-cdktf-provider-aws. Prints a line for each
mistake, and at last what was checked."""
import ast
import re
import sys
import zipfile

import hcl2

wheel = zipfile.ZipFile(sys.argv[1])
meta = {'connection', 'count', 'depends_on', 'for_each', 'lifecycle', 'provider', 'provisioners'}
counts = {'resources': 0, 'arguments': 0, 'references': 0}


class Schema:
    """One module of the bindings: a resource or data source, and the blocks in it."""

    def __init__(self, text):
        tree = ast.parse(text)
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self.config = self.based_on('TerraformMetaArguments')
        self.resource = self.based_on('TerraformResource', 'TerraformDataSource')
        self.version = re.search(r'providers/hashicorp/aws/([\d.]+)/', text).group(1)

    def based_on(self, *names):
        for node in self.classes.values():
            if any(ast.unparse(base).split('.')[-1] in names for base in node.bases):
                return node
        raise ValueError(f'no class of {names}')

    def arguments(self, node):
        """By name: whether it is required, the class of its blocks if it has any, and its type as text."""
        init = next(each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == '__init__').args
        found = {}
        for argument, default in zip(init.kwonlyargs, init.kw_defaults):
            kind = ast.unparse(argument.annotation)
            blocks = [name for name in re.findall(r'\w+', kind) if name in self.classes]
            name = argument.arg.rstrip('_')
            found[name] = (default is None, self.classes[blocks[0]] if blocks else None, kind)
        return found

    def attributes(self):
        return {each.name for each in self.resource.body if isinstance(each, ast.FunctionDef)}


schemas = {}


def schema_of(kind, name):
    module = name.removeprefix('aws_') if kind == 'resource' else f'data_{name}'
    if module not in schemas:
        try:
            schemas[module] = Schema(wheel.read(f'cdktf_cdktf_provider_aws/{module}/__init__.py').decode())
        except KeyError:
            schemas[module] = None
    return schemas[module]


def check_body(schema, node, body, where):
    known = schema.arguments(node)
    for name, (required, _, _) in known.items():
        if required and name not in body:
            print(f'{where}: {name} is required')
    for name, value in body.items():
        if name == '__is_block__' or name in meta:
            continue
        counts['arguments'] += 1
        if name not in known:
            print(f'{where}: there is no argument {name}')
            continue
        _, block, kind = known[name]
        is_block = isinstance(value, list) and any(isinstance(each, dict) and '__is_block__' in each for each in value)
        if is_block != (block is not None):
            print(f'{where}: {name} is {"an argument" if is_block else "a block"}')
        elif is_block:
            if len(value) > 1 and 'Sequence' not in kind:
                print(f'{where}: {name} stands once at most')
            for each in value:
                check_body(schema, block, each, f'{where}.{name}')
        elif 'Sequence' in kind and isinstance(value, (int, str)) and not str(value).startswith('${'):
            print(f'{where}: {name} is a list')


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


configuration = hcl2.loads(sys.stdin.read())
there = {}
for kind in ('resource', 'data'):
    for entry in configuration.get(kind, []):
        for quoted, bodies in entry.items():
            for label, body in bodies.items():
                name = quoted.strip('"')
                place = f'{"data." if kind == "data" else ""}{name}.{label.strip(chr(34))}'
                if place in there:
                    print(f'{place} stands twice')
                there[place] = schema_of(kind, name)
                counts['resources'] += 1
                if there[place] is None:
                    print(f'{place}: there is no {kind} {name}')
                else:
                    check_body(there[place], there[place].config, body, place)

for text in strings(configuration):
    for template in re.findall(r'(?<!\$)\$\{([^}]*)\}', text):
        for place, attribute in re.findall(r'((?:data\.)?aws_\w+\.\w+)\.(\w+)', template):
            counts['references'] += 1
            if there.get(place) is None:
                print(f'{template}: {place} is not there')
            elif attribute not in there[place].attributes():
                print(f'{template}: {place} has no attribute {attribute}')

version = next(schema.version for schema in schemas.values() if schema is not None)
print('checked', *(f'{count} {what}' for what, count in counts.items()), f'against hashicorp/aws {version}')
