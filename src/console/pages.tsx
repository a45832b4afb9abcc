/** The addresses of the console, and the page of each. A page is loaded when it is opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound, PageFault } from "./ui/faults.tsx";
import { Frame } from "./ui/frame/frame.tsx";
import { DELIVERY_KEYS, ORDER_KEYS, parseSearch, REPORT_KEYS, searchOf, stringifySearch } from "./ui/list/search.ts";

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

const newCampaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/new/$key",
  validateSearch: searchOf(["copy"]),
  component: lazyRouteComponent(() => import("./pages/campaigns/new/new-campaign-page.tsx"), "NewCampaignPage"),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: searchOf(ORDER_KEYS),
  component: lazyRouteComponent(() => import("./pages/orders/orders-page.tsx"), "OrdersPage"),
});
const order = createRoute({
  getParentRoute: () => root,
  path: "/orders/$shop/$id",
  component: lazyRouteComponent(() => import("./pages/orders/order-page.tsx"), "OrderPage"),
});

const deliveries = createRoute({
  getParentRoute: () => root,
  path: "/deliveries",
  validateSearch: searchOf(DELIVERY_KEYS),
  component: lazyRouteComponent(() => import("./pages/deliveries/deliveries-page.tsx"), "DeliveriesPage"),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  validateSearch: searchOf(REPORT_KEYS),
  component: lazyRouteComponent(() => import("./pages/reports/reports-page.tsx"), "ReportsPage"),
});

const rehearsal = createRoute({
  getParentRoute: () => root,
  path: "/rehearsal",
  component: lazyRouteComponent(() => import("./pages/rehearsal/rehearsal-page.tsx"), "RehearsalPage"),
});

const next = createRoute({
  getParentRoute: () => root,
  path: "/next",
  component: lazyRouteComponent(() => import("./pages/next/next-page.tsx"), "NextPage"),
});

const followUp = createRoute({
  getParentRoute: () => root,
  path: "/follow-up",
  component: lazyRouteComponent(() => import("./pages/follow-up/follow-up-page.tsx"), "FollowUpPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/{-$tab}",
  component: lazyRouteComponent(() => import("./pages/settings/settings-page.tsx"), "SettingsPage"),
});

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren([
      today,
      campaigns,
      campaign,
      newCampaign,
      orders,
      order,
      deliveries,
      reports,
      rehearsal,
      next,
      followUp,
      settings,
    ]),
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: PageFault,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
