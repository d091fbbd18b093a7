/** The Node versions that are supported: the running one, and others that npm brings. */
export const NODE_VERSIONS = [
  {
    name: 'this Node',
    program: [process.execPath],
    version: `v${process.versions.node.split('.')[0] ?? ''}.`,
  },
  { name: 'Node 22', program: ['npx', '-y', '-p', 'node@22', 'node'], version: 'v22.' },
  { name: 'Node 24', program: ['npx', '-y', '-p', 'node@24', 'node'], version: 'v24.' },
] as const;
