// Starts the page with what the server offers in it.
import "./style.css";
import { createRoot } from "react-dom/client";
import { offered } from "./offer";
import { Page } from "./Page";

const place = document.getElementById("playground");
if (place) createRoot(place).render(<Page offer={offered()} />);
