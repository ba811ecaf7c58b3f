// For the command line, which loads no more of the client than it needs.
export { nodesText, reasonText } from '../contract/nodes.ts';
