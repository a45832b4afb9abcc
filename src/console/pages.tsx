/** The addresses of the console, and the page of each. A page is loaded when it is opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound, PageFault } from "./ui/faults.tsx";
import { Frame } from "./ui/frame/frame.tsx";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: PageFault });

const today = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/today/today-page.tsx"), "TodayPage"),
});

const campaigns = createRoute({
  getParentRoute: () => root,
  path: "/campaigns",
  component: lazyRouteComponent(() => import("./pages/campaigns/list/campaigns-page.tsx"), "CampaignsPage"),
});

const campaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/$key",
  component: lazyRouteComponent(() => import("./pages/campaigns/editor/editor-page.tsx"), "EditorPage"),
});

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren([today, campaigns, campaign]),
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: PageFault,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
