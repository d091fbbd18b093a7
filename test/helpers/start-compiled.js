/*
 * Runs a command that compile-commands.ts compiled: node test/helpers/start-compiled.js NAME [flags].
 */
const [name] = process.argv.splice(2, 1);
const { command } = await import(`../../.compiled/commands/${name}.js`);
command.start();
