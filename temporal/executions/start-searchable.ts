import type { SearchAttributePair } from '@temporalio/common';
import { searchAttributeKeys, searchAttributePairs, type Searchable } from '../../contract/search-attributes.ts';
import { grpcStatus } from '../grpc-status.ts';

/** What is used of the SDK's client, on whichever connection it is. */
export interface NamespaceClient {
  readonly options: { readonly namespace: string };
  readonly connection: {
    readonly operatorService: {
      listSearchAttributes: (request: { namespace: string }) => Promise<{ customAttributes: Record<string, number> }>;
    };
  };
}

/** Names of search attributes. */
export interface FoundSearchAttributes {
  present: string[];
  missing: string[];
  /** They are there, and are no keywords. */
  wrongType: string[];
}

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
export const keywordType = 2;

/** Which of our search attributes a namespace has. */
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
 * Starts a workflow with search attributes where its namespace has all of ours, and without any elsewhere: then it costs
 * one look every five minutes, and nothing else.
 *
 * @param start Called again without the attributes where Temporal does not know them after all.
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
    // Made a moment ago and not known to each of the servers yet, or removed since the last look.
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
      // Whoever may not look goes without. Anything else says nothing: as the last look said, and looked again next time.
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

/** `Namespace … has no mapping defined for search attribute …`, below the SDK's own error. */
function isAboutSearchAttributes(error: unknown): boolean {
  const texts = error instanceof Error ? [error, error.cause].map(String) : [];
  return texts.some((text) => /search attribute/i.test(text));
}
