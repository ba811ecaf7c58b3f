import { isScalar, parseDocument, visit } from 'yaml';
import { isTooDeep } from './nesting.ts';
import { withAnyAliases, withoutMerges } from './yaml-limits.ts';

/** The value of a YAML text, or what is wrong with it. That never quotes the text, which may have secrets. */
export type ParsedYAML = { value: unknown } | { problem: string };

/** Parses one document of YAML. */
export function parseYAML(text: string): ParsedYAML {
  let value: unknown;
  try {
    value = valueOf(text);
  } catch {
    return { problem: 'is not valid YAML' };
  }
  // A thread cannot send it.
  return isTooDeep(value) ? { problem: 'is nested too deeply' } : { value };
}

function valueOf(text: string): unknown {
  const document = parseDocument(text, {
    ...withoutMerges,
    // The library compares each key with all before it: a megabyte of keys takes minutes.
    uniqueKeys: false,
    // A map or list as a key costs as much as all anchors.
    stringKeys: true,
    // Not `silent`, which allows several documents.
    logLevel: 'error',
  });
  if (document.errors[0] !== undefined) throw document.errors[0];
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size < keys.length) throw new Error('a key appears twice in one map');
    },
  });
  return document.toJS(withAnyAliases);
}
