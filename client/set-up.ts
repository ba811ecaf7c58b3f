import { isGrpcServiceError, type Client } from '@temporalio/client';
import { findSearchAttributes, keywordType } from '../temporal/executions/start-searchable.ts';
import { grpcStatus } from '../temporal/grpc-status.ts';
import { SetUpError } from './errors/set-up-error.ts';

/** Our search attributes in a namespace, by name. */
export interface NamespaceSetUp {
  namespace: string;
  /** Created by this call. */
  created: string[];
  /** Present before. */
  present: string[];
}

/**
 * Creates our search attributes in the client's namespace. A second call changes nothing.
 *
 * @throws SetUpError if Temporal does not permit it, or if one of them has another type than Keyword
 */
export async function setUp(client: Client): Promise<NamespaceSetUp> {
  const { namespace } = client.options;
  const { present, missing, wrongType } = await findSearchAttributes(client);
  if (wrongType.length > 0) {
    throw new SetUpError(
      `${wrongType.join(', ')} in the namespace "${namespace}" must be of type Keyword; if nothing else uses it, run: ${wrongType
        .map((name) => `temporal operator search-attribute remove --namespace ${namespace} --name ${name}`)
        .join(' && ')}, then set up again`,
    );
  }
  if (missing.length === 0) return { namespace, created: [], present };
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, keywordType]));
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!isGrpcServiceError(error) || !refusals.includes(error.code)) throw error;
    // The cause is left out. It would be printed after the commands, and the text already contains its details.
    throw new SetUpError(refusalText(namespace, missing, error.details));
  }
  return { namespace, created: missing, present };
}

/** Temporal answers INVALID_ARGUMENT where the namespace has no room for more attributes of this type. */
const refusals: readonly number[] = [
  grpcStatus.invalidArgument,
  grpcStatus.permissionDenied,
  grpcStatus.unimplemented,
  grpcStatus.unauthenticated,
];

function refusalText(namespace: string, names: readonly string[], details: string): string {
  const forServer = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  const forCloud = names.map((name) => `--search-attribute ${name}=Keyword`).join(' ');
  return [
    `Temporal does not permit this client to create search attributes in the namespace "${namespace}": ${details}`,
    `- on Temporal Cloud, run: tcld namespace search-attributes add --namespace ${namespace} ${forCloud}`,
    `- elsewhere, ask an operator to run: temporal operator search-attribute create --namespace ${namespace} ${forServer}`,
  ].join('\n');
}
