// Reads the .proto files into plain objects with their comments: services, messages, enums and the error registry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, getOption } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type as Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

// Field numbers of descriptor.proto, of which the paths of comments are made.
const IN_FILE = { message: 4, enum: 5, service: 6 };
const IN_MESSAGE = { field: 2, message: 3, enum: 4, oneof: 8 };
const IN_ENUM = { value: 2 };
const IN_SERVICE = { method: 2 };

const SCALARS = {
  [Type.STRING]: 'string', [Type.BYTES]: 'bytes', [Type.BOOL]: 'bool', [Type.UINT32]: 'uint32', [Type.INT32]: 'int32',
  [Type.UINT64]: 'uint64', [Type.INT64]: 'int64', [Type.FIXED64]: 'fixed64', [Type.FIXED32]: 'fixed32',
  [Type.DOUBLE]: 'double', [Type.FLOAT]: 'float',
};

/** The schema below `api`: `{services, messages, enums, reasons, uncommented}`, each in the order of the files. */
export function readSchema(api) {
  const set = compile(api);
  const schema = { services: [], messages: [], enums: [], reasons: [], uncommented: [] };
  for (const file of set.file.filter((file) => file.package === 'kith.v1')) {
    readFile(file, schema);
  }
  schema.reasons = readReasons(set, schema.enums);
  return schema;
}

function compile(api) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-api-'));
  const output = join(folder, 'schema.binpb');
  const sources = readdirSync(join(api, 'kith', 'v1')).filter((name) => name.endsWith('.proto')).sort();
  try {
    execFileSync(
      process.env['PROTOC'] ?? 'protoc',
      ['--include_imports', '--include_source_info', `--descriptor_set_out=${output}`, `--proto_path=${api}`,
        ...sources.map((name) => join('kith', 'v1', name))],
      { stdio: 'inherit' },
    );
    return fromBinary(FileDescriptorSetSchema, readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readFile(file, schema) {
  const comments = new Map((file.sourceCodeInfo?.location ?? []).map((at) => [at.path.join('.'), at.leadingComments]));
  const comment = (path, name) => {
    const text = (comments.get(path.join('.')) ?? '').trim().replace(/\n\s*/g, ' ');
    if (!text) schema.uncommented.push(`${file.name}: ${name}`);
    return text;
  };

  const readEnum = (source, path, prefix) => {
    const name = prefix + source.name;
    schema.enums.push({
      name,
      comment: comment(path, name),
      values: source.value.map((value, index) => ({
        name: value.name,
        number: value.number,
        comment: comment([...path, IN_ENUM.value, index], `${name}.${value.name}`),
      })),
    });
  };

  const readMessage = (source, path, prefix) => {
    const name = prefix + source.name;
    schema.messages.push({
      name,
      comment: comment(path, name),
      fields: source.field.map((field, index) => ({
        name: field.name,
        jsonName: field.jsonName,
        number: field.number,
        type: SCALARS[field.type] ?? field.typeName.replace(/^\.kith\.v1\./, '').replace(/^\./, ''),
        repeated: field.label === FieldDescriptorProto_Label.REPEATED,
        optional: field.proto3Optional,
        oneof: field.proto3Optional || field.oneofIndex === undefined || !isInOneof(field) ? '' : source.oneofDecl[field.oneofIndex].name,
        comment: comment([...path, IN_MESSAGE.field, index], `${name}.${field.name}`),
      })),
    });
    source.oneofDecl.forEach((oneof, index) => {
      if (!oneof.name.startsWith('_')) comment([...path, IN_MESSAGE.oneof, index], `${name}.${oneof.name}`);
    });
    source.nestedType.forEach((nested, index) => readMessage(nested, [...path, IN_MESSAGE.message, index], `${name}.`));
    source.enumType.forEach((nested, index) => readEnum(nested, [...path, IN_MESSAGE.enum, index], `${name}.`));
  };

  file.messageType.forEach((message, index) => readMessage(message, [IN_FILE.message, index], ''));
  file.enumType.forEach((source, index) => readEnum(source, [IN_FILE.enum, index], ''));
  file.service.forEach((service, index) => {
    const path = [IN_FILE.service, index];
    schema.services.push({
      name: service.name,
      comment: comment(path, service.name),
      methods: service.method.map((method, at) => {
        const text = comment([...path, IN_SERVICE.method, at], `${service.name}.${method.name}`);
        return {
          name: method.name,
          comment: text,
          path: `/api/${file.package}.${service.name}/${method.name}`,
          request: method.inputType.split('.').pop(),
          response: method.outputType.split('.').pop(),
          needsToken: !/\bneeds no token\b/i.test(text),
        };
      }),
    });
  });
}

// An unset oneof_index reads as 0, so presence decides.
function isInOneof(field) {
  return Object.hasOwn(field, 'oneofIndex');
}

function readReasons(set, enums) {
  const registry = createFileRegistry(set);
  const rule = registry.getExtension('kith.v1.rule');
  const retry = registry.getEnum('kith.v1.Retry');
  const comments = new Map(enums.find((one) => one.name === 'Reason').values.map((value) => [value.name, value.comment]));
  return registry
    .getEnum('kith.v1.Reason')
    .values.filter((value) => value.number !== 0)
    .map((value) => {
      const { code, retry: number } = getOption(value, rule);
      return { name: value.name, number: value.number, code, retry: retry.value[number].name, comment: comments.get(value.name) };
    });
}
