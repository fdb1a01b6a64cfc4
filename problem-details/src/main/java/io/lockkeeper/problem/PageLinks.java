package io.lockkeeper.problem;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// Names the next page of a list in the header `Link` (RFC 8288), relative to the address asked.
public final class PageLinks {

  @ServerResponseFilter
  void link(ContainerRequestContext request, ContainerResponseContext response) {
    if (response.getEntity() instanceof Page<?>(var _, var next) && next != null) {
      URI asked = request.getUriInfo().getRequestUri();
      URI following =
          UriBuilder.fromUri(asked)
              .scheme(null)
              .host(null)
              .port(-1)
              .replaceQueryParam("after", "{next}")
              .build(next);
      response.getHeaders().add(HttpHeaders.LINK, "<" + following + ">; rel=\"next\"");
    }
  }
}
