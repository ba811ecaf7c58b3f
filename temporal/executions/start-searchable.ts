import type { SearchAttributePair } from '@temporalio/common';
import { searchAttributeKeys, searchAttributePairs, type Searchable } from '../../contract/search-attributes.ts';
import { grpcStatus } from '../grpc-status.ts';

/** The part of the SDK's client that this module uses. Clients on a native connection have it too. */
export interface NamespaceClient {
  readonly options: { readonly namespace: string };
  readonly connection: {
    readonly operatorService: {
      listSearchAttributes: (request: { namespace: string }) => Promise<{ customAttributes: Record<string, number> }>;
    };
  };
}

/** The names of our search attributes, by their state in a namespace. */
export interface FoundSearchAttributes {
  present: string[];
  missing: string[];
  /** They exist, but are not of type Keyword. */
  wrongType: string[];
}

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
export const keywordType = 2;

/** Finds out which of our search attributes a namespace has. */
export async function findSearchAttributes({ connection, options }: NamespaceClient): Promise<FoundSearchAttributes> {
  const { namespace } = options;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const names = Object.values(searchAttributeKeys).map(({ name }) => name);
  return {
    present: names.filter((name) => customAttributes[name] === keywordType),
    missing: names.filter((name) => customAttributes[name] === undefined),
    wrongType: names.filter((name) => ![undefined, keywordType].includes(customAttributes[name])),
  };
}

/**
 * Starts a workflow with search attributes if its namespace has all of ours, or else without any. It lists the attributes
 * of a namespace at most once in five minutes.
 *
 * @param start Called a second time, without the attributes, if Temporal rejects them.
 */
export async function startSearchable<Started>(
  client: NamespaceClient,
  values: Searchable,
  start: (attributes: { typedSearchAttributes?: SearchAttributePair[] }) => Promise<Started>,
): Promise<Started> {
  if (!(await areUsable(client))) return start({});
  try {
    return await start({ typedSearchAttributes: searchAttributePairs(values) });
  } catch (error) {
    if (!isAboutSearchAttributes(error)) throw error;
    // They were created a moment ago and not every server knows them yet, or they were removed since the last check.
    looks.set(client, { atMs: Date.now(), usable: Promise.resolve(false) });
    return start({});
  }
}

const lookAgainMs = 5 * 60_000;
const looks = new WeakMap<NamespaceClient, { atMs: number; usable: Promise<boolean> }>();

function areUsable(client: NamespaceClient): Promise<boolean> {
  const last = looks.get(client);
  if (last !== undefined && Date.now() - last.atMs < lookAgainMs) return last.usable;
  const usable = findSearchAttributes(client).then(
    ({ missing, wrongType }) => missing.length === 0 && wrongType.length === 0,
    (error: unknown) => {
      // A client without the permission to list goes without attributes. After any other error, the last result stands,
      // and the next start checks again.
      if (!isRefusal(error)) looks.delete(client);
      return isRefusal(error) ? false : (last?.usable ?? false);
    },
  );
  looks.set(client, { atMs: Date.now(), usable });
  return usable;
}

function isRefusal(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return code === grpcStatus.permissionDenied || code === grpcStatus.unimplemented;
}

/** Recognises `Namespace … has no mapping defined for search attribute …`, the cause of the SDK's own error. */
function isAboutSearchAttributes(error: unknown): boolean {
  const texts = error instanceof Error ? [error, error.cause].map(String) : [];
  return texts.some((text) => /search attribute/i.test(text));
}
