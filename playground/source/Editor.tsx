// GraphiQL over one caller's line. It is loaded once somebody may ask at all.
import "./workers";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./narrow.css";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { lineFor } from "./fetching";
import type { PreparedOperation } from "./offer";
import { preparedPlugin } from "./Prepared";

const FIRST = "WhoAmI";

interface Props {
  prepared: PreparedOperation[];
  headers: Record<string, string>;
  asking?: typeof fetch;
  readsContract: boolean;
}

export default function Editor({ prepared, headers, asking, readsContract }: Props) {
  const line = useMemo(() => lineFor(headers, asking), [headers, asking]);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    return () => setEnded(line.close());
  }, [line]);

  const list = useMemo(() => preparedPlugin(prepared), [prepared]);
  const plugins = useMemo(() => [list, HISTORY_PLUGIN], [list]);
  const first = prepared.find(({ name }) => name === FIRST)?.document;

  // Nobody may read the contract, so nobody asks for it. There is no editor for headers: what is
  // typed there goes into the history, which the browser keeps.
  return (
    <>
      {ended && (
        <p className="notice" role="status">
          The subscription has ended: you ask as somebody else, or for another brand, by now. Run it
          again to go on listening.
          <button type="button" onClick={() => setEnded(false)}>
            Close
          </button>
        </p>
      )}
      <GraphiQL
        fetcher={line.fetcher}
        {...(!readsContract ? { schema: null } : {})}
        plugins={plugins}
        visiblePlugin={list}
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
    </>
  );
}
