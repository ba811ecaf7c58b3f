import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAPI, type API } from './api.ts';

let api: API;
let page: string;
let headers: Record<string, unknown>;
beforeAll(async () => {
  api = await startAPI({ authenticate: () => undefined });
  ({ body: page, headers } = await api.inject({ url: '/docs' }));
});
afterAll(() => api.close());

it('the reference page has every route with its role, and every schema', async () => {
  const document = (await api.inject({ url: '/openapi.json' })).json<{
    paths: Record<string, Record<string, { operationId: string; 'x-role': string }>>;
    components: { schemas: object };
  }>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  for (const { path, method, operationId, 'x-role': role } of operations) {
    const [, section = ''] = page.split(`<section id="${operationId}">`);
    const shown = section.slice(0, section.indexOf('</section>'));
    expect(shown).toContain(`<span class="method">${method.toUpperCase()}</span> <code>${path}</code>`);
    expect(shown).toContain(`Role: <code>${role}</code>`);
  }
  for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`<h3 id="schema-${name}">`);
});

it('the reference page loads and runs nothing', () => {
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'/,
  );
  expect(page).not.toMatch(/<script|<img|<link|<iframe|\bsrc=|\bon\w+=|@import|url\(/i);
  const links = Array.from(page.matchAll(/href="([^"]*)"/g), ([, link = '']) => link);
  expect(links.filter((link) => link !== '/openapi.json' && !link.startsWith('#'))).toEqual([]);
  // Every link leads somewhere.
  const ids = new Set(Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => `#${id}`));
  expect(links.filter((link) => link.startsWith('#') && !ids.has(link))).toEqual([]);
});

it('the reference page takes no text for markup', () => {
  // A pattern in the document.
  expect(page).not.toContain('(?<');
  expect(
    page.match(
      /<(?!\/?(?:!doctype|html|head|meta|title|style|body|h[123]|p|a|ul|li|section|span|code|table|tr|td)\b)/g,
    ),
  ).toBeNull();
});
