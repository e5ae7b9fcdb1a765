// Hocuspocus as its documentation sets it up: PORT, and a folder for its SQLite file.
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const [port, folder] = process.argv.slice(2);
const server = new Server({
  port: Number(port),
  address: "127.0.0.1",
  quiet: true,
  extensions: [new SQLite({ database: `${folder}/documents.sqlite` })],
});
await server.listen();
console.log("listening");
