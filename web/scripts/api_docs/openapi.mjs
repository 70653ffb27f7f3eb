// The OpenAPI 3.1 document of the HTTP API: Connect unary calls with JSON bodies.

const ERRORS_BY_STATUS = 'HTTP status follows the Connect code: 400, 401, 403, 404, 409, 412, 429, 500, 501, 503.';

/** The document for a schema read by readSchema. */
export function openApi(schema, version) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kith',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Every call is `POST /api/kith.v1.Service/Method` with a JSON body (`application/json`) or the same message in binary ' +
        '(`application/proto`): the Connect unary protocol. 64-bit numbers are strings in JSON; requests may leave out fields at their default. ' +
        'Live events come over the WebSocket `/api/realtime` or the long poll `/api/poll`.',
    },
    servers: [{ url: '/' }],
    tags: schema.services.map((service) => ({ name: service.name, description: service.comment })),
    paths: Object.fromEntries(schema.services.flatMap((service) => service.methods.map((method) => [method.path, { post: operation(service, method) }]))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of `Register` or `Login`.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'kith_session', description: 'The same token as browsers keep it.' },
      },
      responses: {
        Error: { description: `A Connect error. ${ERRORS_BY_STATUS}`, content: { 'application/json': { schema: reference('ConnectError') } } },
      },
      schemas: {
        ...Object.fromEntries(schema.messages.map((message) => [message.name, messageSchema(message)])),
        ...Object.fromEntries(schema.enums.map((source) => [source.name, enumSchema(source)])),
        ConnectError: connectError(),
      },
    },
    security: [{ token: [] }, { cookie: [] }],
    'x-reasons': schema.reasons.map(({ number, name, code, retry, comment }) => ({ number, name, code, retry, description: comment })),
  };
}

function operation(service, method) {
  const body = (name) => ({ content: { 'application/json': { schema: reference(name) } } });
  return {
    operationId: `${service.name}.${method.name}`,
    tags: [service.name],
    summary: method.comment,
    ...(method.needsToken ? {} : { security: [] }),
    requestBody: { required: true, ...body(method.request) },
    responses: { 200: { description: 'Done.', ...body(method.response) }, default: { $ref: '#/components/responses/Error' } },
  };
}

function messageSchema(message) {
  return {
    type: 'object',
    description: message.comment,
    properties: Object.fromEntries(message.fields.map((field) => [field.jsonName, fieldSchema(field)])),
  };
}

function fieldSchema(field) {
  const notes = [field.comment];
  if (field.oneof) notes.push(`At most one field of \`${field.oneof}\` is set.`);
  const value = typeSchema(field.type);
  const described = { ...(field.repeated ? { type: 'array', items: value } : value), description: notes.join(' ') };
  return described;
}

function typeSchema(type) {
  switch (type) {
    case 'string': return { type: 'string' };
    case 'bytes': return { type: 'string', contentEncoding: 'base64' };
    case 'bool': return { type: 'boolean' };
    case 'uint32': case 'fixed32': return { type: 'integer', minimum: 0, maximum: 4294967295 };
    case 'int32': return { type: 'integer', format: 'int32' };
    case 'uint64': case 'fixed64': return { type: 'string', format: 'uint64', pattern: '^[0-9]+$' };
    case 'int64': return { type: 'string', format: 'int64', pattern: '^-?[0-9]+$' };
    case 'float': case 'double': return { type: 'number' };
    case 'google.protobuf.Timestamp': return { type: 'string', format: 'date-time' };
    default: return reference(type);
  }
}

function enumSchema(source) {
  return {
    type: 'string',
    description: [source.comment, ...source.values.map((value) => `\`${value.name}\`: ${value.comment}`)].join('\n- '),
    enum: source.values.map((value) => value.name),
  };
}

function connectError() {
  return {
    type: 'object',
    description: 'An error as the Connect protocol writes it.',
    properties: {
      code: { type: 'string', description: 'The Connect code, e.g. `not_found`.' },
      message: { type: 'string', description: 'One sentence for people.' },
      details: {
        type: 'array',
        description: 'One `kith.v1.ErrorDetail`: numbered reason, retry rule, field, request id.',
        items: {
          type: 'object',
          properties: {
            type: { type: 'string', const: 'kith.v1.ErrorDetail' },
            value: { type: 'string', contentEncoding: 'base64', description: 'The detail, encoded.' },
            debug: { ...reference('ErrorDetail'), description: 'The detail in JSON.' },
          },
        },
      },
    },
  };
}

function reference(name) {
  return { $ref: `#/components/schemas/${name}` };
}
