// The API's description as a page: no script, no other host, nothing to load but one stylesheet of ours.
import { html } from 'hono/html';
import { z } from 'zod';
import { problems } from '../errors.ts';

const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.object({ schema: schema.optional() }));
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), description: z.string().optional(), schema: schema.optional() }))
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
}); // prettier-ignore
type Operation = z.infer<typeof operationSchema>;

/** What we read of an OpenAPI document. Ours is made by a library whose types allow references everywhere; we write none of them here. */
const descriptionSchema = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: schema.optional() }).optional(),
});

interface Place {
  path: string;
  method: string;
  operation: Operation;
}

/** Throws where the document holds what the page could not show. */
export function renderDocs(description: unknown): string {
  const { info, paths, components } = descriptionSchema.parse(description);
  const places = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Place => ({ path, method, operation })),
  );
  const groups = [...Map.groupBy(places, ({ operation }) => operation.tags?.[0] ?? 'Other')];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        <link rel="stylesheet" href="/docs.css" />
      </head>
      <body>
        <nav aria-label="Contents">
          <a class="home" href="/">${info.title}</a>
          ${groups.map(
            ([name, ofGroup]) =>
              html`<h2>${name}</h2>
                <ul>
                  ${ofGroup.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary ?? operation.operationId}</a></li>`)}
                </ul>`,
          )}
          <h2>Reference</h2>
          <ul>
            <li><a href="#problems">Problems</a></li>
            <li><a href="#schemas">Schemas</a></li>
            <li><a href="/openapi.json">openapi.json</a></li>
          </ul>
        </nav>
        <main>
          <h1>${info.title} API <small>${info.version}</small></h1>
          <p>${info.description ?? ''}</p>
          ${groups.map(
            ([name, ofGroup]) =>
              html`<h2>${name}</h2>
                ${ofGroup.map(renderOperation)}`,
          )}
          ${renderProblems()}
          <h2 id="schemas">Schemas</h2>
          ${Object.entries(components?.schemas ?? {}).map(
            ([name, schema]) =>
              html`<details id="schema-${name}">
                <summary>${name}</summary>
                <pre>${JSON.stringify(schema, null, 2)}</pre>
              </details>`,
          )}
        </main>
      </body>
    </html>`;
  return String(page);
}

function renderOperation({ path, method, operation }: Place) {
  const { parameters, requestBody, responses } = operation;
  return html`<section id="${operation.operationId}">
    <h3><code class="method ${method}">${method.toUpperCase()}</code> <code>${path}</code></h3>
    <p><strong>${operation.summary ?? ''}.</strong> ${operation.description ?? ''}</p>
    ${
      parameters.length === 0
        ? ''
        : html`<table>
            <thead>
              <tr>
                <th scope="col">Parameter</th>
                <th scope="col">In</th>
                <th scope="col">Values</th>
                <th scope="col"></th>
              </tr>
            </thead>
            <tbody>
              ${parameters.map(
                (parameter) =>
                  html`<tr>
                    <td><code>${parameter.name}</code>${parameter.required ? ' required' : ''}</td>
                    <td>${parameter.in}</td>
                    <td>${valuesOf(parameter.schema)}</td>
                    <td>${parameter.description ?? ''}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${requestBody ? html`<p>Body: ${linkOf(Object.values(requestBody.content)[0]?.schema)}</p>` : ''}
    <table>
      <thead>
        <tr>
          <th scope="col">Answer</th>
          <th scope="col">Body</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(responses).map(
          ([status, response]) =>
            html`<tr>
              <td>${status}</td>
              <td>${linkOf(Object.values(response.content ?? {})[0]?.schema)}</td>
              <td>${response.description}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function renderProblems() {
  return html`<h2 id="problems">Problems</h2>
    <p>
      Whatever is refused is answered as <code>application/problem+json</code> (RFC 9457); <code>code</code> is stable,
      <code>errors</code> points at fields.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Status</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(problems).map(
          ([code, { status, title }]) =>
            html`<tr id="${code}">
              <td><code>${code}</code></td>
              <td>${status}</td>
              <td>${title}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function valuesOf(schema: Record<string, unknown> | undefined): string {
  if (!schema) return '';
  if (Array.isArray(schema['enum'])) return schema['enum'].join(' · ');
  const range = ['minimum', 'maximum', 'default']
    .filter((key) => schema[key] !== undefined)
    .map((key) => `${key} ${String(schema[key])}`);
  return [String(schema['format'] ?? schema['type'] ?? ''), ...range].join(', ');
}

/** Components are linked; what stands in place is shown in place. */
function linkOf(schema: Record<string, unknown> | undefined) {
  if (!schema) return '';
  const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema['$ref'] ?? ''))?.[1];
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`;
  return html`<details>
    <summary>JSON</summary>
    <pre>${JSON.stringify(schema, null, 2)}</pre>
  </details>`;
}
