// The reference page: one static document, drawn with the client's tokens, without script.

/** HTML for a schema read by readSchema. */
export function referencePage(schema, version) {
  const used = new Set(schema.services.flatMap((service) => service.methods.flatMap((method) => [method.request, method.response])));
  const byName = new Map(schema.messages.map((message) => [message.name, message]));
  const shared = schema.messages.filter((message) => !used.has(message.name)).sort((a, b) => a.name.localeCompare(b.name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kith API ${escape(version)}</title>
<link rel="stylesheet" href="/docs/api/tokens.css">
<link rel="stylesheet" href="/docs/api/reference.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav aria-label="Contents">
<p class="title">Kith API <small>${escape(version)}</small></p>
<ul>
<li><a href="#basics">Basics</a></li>
${schema.services.map(navigation).join('\n')}
<li><a href="#realtime">Live events</a></li>
<li><a href="#types">Messages</a></li>
<li><a href="#enums">Enumerations</a></li>
<li><a href="#errors">Errors</a></li>
</ul>
</nav>
<main id="content">
<h1>Kith API</h1>
${basics()}
${schema.services.map((service) => serviceSection(service, byName)).join('\n')}
${realtime()}
<section id="types"><h2>Messages</h2>
${shared.map((message) => `<article id="${message.name}"><h3><code>${message.name}</code></h3>${prose(message.comment)}${fieldTable(message)}</article>`).join('\n')}
</section>
<section id="enums"><h2>Enumerations</h2>
${schema.enums.filter((source) => source.name !== 'Reason').map(enumSection).join('\n')}
</section>
${errors(schema.reasons)}
</main>
</body>
</html>
`;
}

function navigation(service) {
  const methods = service.methods.map((method) => `<li><a href="#${service.name}.${method.name}">${method.name}</a></li>`).join('');
  return `<li><a href="#${service.name}">${service.name}</a><ul>${methods}</ul></li>`;
}

function basics() {
  return `<section id="basics"><h2>Basics</h2>
<p>Every call is a <code>POST</code> with a JSON body, or the same message in binary (<code>application/proto</code>): the unary protocol of
<b>Connect</b>, so generated Connect clients and plain <code>curl</code> both work. <code>Login</code> returns a token; send it with every other call.</p>
<pre><code>curl -H 'Content-Type: application/json' -H "Authorization: Bearer $TOKEN" \\
  -d '{"roomId": "…", "txnId": "hello-1", "content": {"text": "Hello"}}' \\
  http://localhost:8080/api/kith.v1.MessageService/SendMessage</code></pre>
<ul>
<li>Field names in JSON are <code>lowerCamelCase</code>; 64-bit numbers are strings; times are RFC 3339; requests may leave out fields at their default; unknown fields are ignored.</li>
<li>A send carries a <code>txnId</code> of the client's choice. Sending again with the same one returns the first answer, so after a lost
connection a client simply asks again.</li>
<li>An error has an HTTP status, a Connect code, a sentence for people and one detail with a <a href="#errors">numbered reason</a> and a retry rule.</li>
<li>The same in machine form: <a href="/docs/api/openapi.json">openapi.json</a>.</li>
</ul></section>`;
}

function realtime() {
  return `<section id="realtime"><h2>Live events</h2>
<p>The WebSocket <code>/api/realtime</code> carries <a href="#ClientFrame"><code>ClientFrame</code></a> from the client and
<a href="#ServerFrame"><code>ServerFrame</code></a> from the server: in binary frames as protobuf, in text frames as JSON; the server answers in the form the
client speaks. Begin with a <code>sync</code> call: it answers what was missed and subscribes the connection. Keep the newest token and begin with it again after
a lost connection. Where WebSockets do not pass, <code>POST /api/poll</code> takes a <a href="#PollRequest"><code>PollRequest</code></a> with the same frames.</p></section>`;
}

function serviceSection(service, byName) {
  return `<section id="${service.name}"><h2>${service.name}</h2>${prose(service.comment)}
${service.methods.map((method) => methodArticle(service, method, byName)).join('\n')}</section>`;
}

function methodArticle(service, method, byName) {
  const half = (title, name) => `<h4>${title} <code>${name}</code></h4>${prose(byName.get(name).comment)}${fieldTable(byName.get(name))}`;
  return `<article id="${service.name}.${method.name}"><h3>${method.name}</h3>
<p class="path"><code>POST ${method.path}</code>${method.needsToken ? '' : ' <span class="tag">no token needed</span>'}</p>
${prose(method.comment)}
${half('Request', method.request)}
${half('Response', method.response)}</article>`;
}

function fieldTable(message) {
  if (message.fields.length === 0) return '';
  const rows = message.fields.map((field) => {
    const oneof = field.oneof ? ` <span class="tag">one of ${escape(field.oneof)}</span>` : '';
    const optional = field.optional ? ' <span class="tag">optional</span>' : '';
    return `<tr><td><code>${field.jsonName}</code></td><td>${typeLink(field)}</td><td>${inline(field.comment)}${oneof}${optional}</td></tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Fields of ${message.name}"><table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function typeLink(field) {
  const many = field.repeated ? 'list of ' : '';
  if (field.type === 'google.protobuf.Timestamp') return `${many}time`;
  if (/^[a-z]/.test(field.type)) return `${many}${field.type}`;
  return `${many}<a href="#${field.type}">${field.type}</a>`;
}

function enumSection(source) {
  const rows = source.values.map((value) => `<tr><td><code>${value.name}</code></td><td class="number">${value.number}</td><td>${inline(value.comment)}</td></tr>`);
  return `<article id="${source.name}"><h3><code>${source.name}</code></h3>${prose(source.comment)}
<div class="scroll" tabindex="0" role="region" aria-label="Values of ${source.name}"><table><thead><tr><th>Value</th><th>Number</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></article>`;
}

const RETRY_WORDS = { RETRY_NEVER: 'no', RETRY_LATER: 'later', RETRY_AFTER_LOGIN: 'after signing in' };

function errors(reasons) {
  const rows = reasons.map(
    (reason) =>
      `<tr id="${reason.name}"><td class="number">${reason.number}</td><td><code>${reason.name}</code></td><td><code>${reason.code}</code></td><td>${RETRY_WORDS[reason.retry]}</td><td>${inline(reason.comment)}</td></tr>`,
  );
  return `<section id="errors"><h2>Errors</h2><article id="Reason">
<p>The thousands group reasons: 1 input, 2 identity, 3 permission and existence, 4 state, 5 limits, 6 server. <i>Again?</i> says whether the same request can succeed later.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Error registry"><table><thead><tr><th>Number</th><th>Reason</th><th>Connect code</th><th>Again?</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></article></section>`;
}

function prose(text) {
  return `<p>${inline(text)}</p>`;
}

/** Escapes, then turns `code` into elements. */
function inline(text) {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
