import { lexer, walkTokens, type Token } from 'marked';

/** Something that a document quotes, and the line that it stands in. */
export interface Quote {
  file: string;
  line: number;
  /** `code`: text in backticks. `command`: one line of a shell block. `link`: the target of a link. */
  kind: 'code' | 'command' | 'link';
  text: string;
}

const shells = new Set(['sh', 'bash']);

/** Everything in a Markdown document that can be checked against the repository, in the order of the document. */
export function quotesIn(file: string, markdown: string): Quote[] {
  const quotes: Quote[] = [];
  // The parser gives no positions. Tokens come in the order of the text, so that each is found after the one before.
  let offset = 0;
  const add = (kind: Quote['kind'], text: string, at: number) =>
    quotes.push({ file, line: markdown.slice(0, at).split('\n').length, kind, text });

  void walkTokens(lexer(markdown), (token) => {
    const isQuote = token.type === 'codespan' || token.type === 'link' || token.type === 'code';
    if (!isQuote) return;
    const found = markdown.indexOf(token.raw, offset);
    if (found !== -1) offset = found;
    if (token.type === 'codespan') add('code', token.text as string, offset);
    if (token.type === 'link') add('link', token.href as string, offset);
    if (token.type !== 'code') return;
    for (const { text, index } of commandsOf(token)) add('command', text, offset + index);
    offset += token.raw.length;
  });
  return quotes;
}

/** The texts of the first column of every table, without backticks: what the tables are about. */
export function firstColumnsOf(markdown: string): string[] {
  return lexer(markdown).flatMap((token) =>
    token.type === 'table' ? (token as { rows: { text: string }[][] }).rows.map(([first]) => first?.text ?? '') : [],
  );
}

/** The anchors that GitHub makes from the headings of a document. */
export function anchorsOf(markdown: string): Set<string> {
  const headings = lexer(markdown).flatMap((token) => (token.type === 'heading' ? [token.text as string] : []));
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** In a console block only the lines with a prompt are commands; the others are what they print. */
function commandsOf(token: Token): { text: string; index: number }[] {
  const { lang = '', raw } = token as { lang?: string; raw: string };
  const isConsole = lang === 'console';
  if (!isConsole && !shells.has(lang)) return [];
  const lines = Array.from(raw.matchAll(/^.*$/gm), ({ 0: text, index }) => ({ text, index })).slice(1, -1);
  return isConsole
    ? lines.filter(({ text }) => text.startsWith('$ ')).map(({ text, index }) => ({ text: text.slice(2), index }))
    : lines;
}

/** The words of each command in a shell line: what is joined by `&&`, `;` or a pipe, or substituted, is several. */
export function commandsIn(line: string): string[][] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .split(/\s(?:&&|\|\||\||;)\s|"?\$\(|\)"?/)
    .map((command) => Array.from(command.matchAll(/"[^"]*"|'[^']*'|\S+/g), ([word]) => word))
    .filter((words) => words.length > 0);
}
