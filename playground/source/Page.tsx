// The page: who is asking on top, GraphiQL below.
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import type { Caller } from "./credentials";
import { Fields } from "./Fields";
import { lineFor } from "./fetching";
import type { Offer } from "./offer";
import { Picker } from "./Picker";
import { preparedPlugin } from "./Prepared";

const FIRST = "WhoAmI";

export function Page({ offer }: { offer: Offer }) {
  const [caller, setCaller] = useState<Caller>();
  return (
    <>
      <header className="bar">
        <h1>tourbase</h1>
        {offer.picker ? <Picker onCaller={setCaller} /> : <Fields onCaller={setCaller} />}
        <a href="/schema.graphql">Contract</a>
      </header>
      <main>{caller && <Editor offer={offer} caller={caller} />}</main>
    </>
  );
}

function Editor({ offer, caller }: { offer: Offer; caller: Caller }) {
  const line = useMemo(() => lineFor(caller), [caller]);
  useEffect(() => () => void line.socket.dispose(), [line]);

  const prepared = useMemo(() => preparedPlugin(offer.prepared), [offer]);
  const plugins = useMemo(() => [prepared, HISTORY_PLUGIN], [prepared]);
  const first = offer.prepared.find(({ name }) => name === FIRST)?.document;

  // Nobody may read the contract, so nobody asks for it. There is no editor for headers: what is
  // typed there goes into the history, which the browser keeps.
  return (
    <GraphiQL
      fetcher={line.fetcher}
      {...(!caller.credential ? { schema: null } : {})}
      plugins={plugins}
      visiblePlugin={prepared}
      defaultQuery={first ?? ""}
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled={false}
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      schemaDescription
      inputValueDeprecation
    >
      <GraphiQL.Logo>GraphQL</GraphiQL.Logo>
    </GraphiQL>
  );
}
