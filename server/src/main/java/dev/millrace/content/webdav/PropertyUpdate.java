package dev.millrace.content.webdav;

import dev.millrace.content.WriteRule.Action;
import dev.millrace.content.webdav.XmlElement.MalformedException;
import dev.millrace.content.write.Target;
import dev.millrace.content.write.Target.Change;
import dev.millrace.content.write.WriteException;
import dev.millrace.content.write.WriteServices;
import dev.millrace.files.OpenFile;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.StatusCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.namespace.QName;

/** A PROPPATCH (RFC 4918 §9.2): all of its changes are made, or none. Worker threads. */
final class PropertyUpdate {
  private static final String OK = "200 OK";
  private static final String NOT_MADE = "424 Failed Dependency";

  /** Sets a property, or removes it. */
  private record Step(XmlElement property, boolean sets) {}

  private final List<Step> steps = new ArrayList<>();

  /** Parses a body. */
  PropertyUpdate(byte[] body) throws MalformedException {
    XmlElement root = XmlElement.parse(body);
    if (!root.is("propertyupdate")) {
      throw new MalformedException("the XML is no propertyupdate element");
    }
    for (XmlElement change : root.children()) {
      if (!change.is("set") && !change.is("remove")) {
        continue; // unknown elements are ignored (§17)
      }
      for (XmlElement properties : change.children()) {
        if (properties.is("prop")) {
          for (XmlElement property : properties.children()) {
            steps.add(new Step(property.inLanguageOf(root, change, properties), change.is("set")));
          }
        }
      }
    }
    if (steps.isEmpty()) {
      throw new MalformedException("the propertyupdate element changes nothing");
    }
  }

  /**
   * Makes the changes.
   *
   * @param href of the target
   * @return the XML of the response
   */
  String run(Target target, WriteServices services, String href)
      throws WriteException, ErrnoException {
    target.require(Action.REPLACE);
    services.commits().lock();
    try (OpenFile file = target.openSelf()) {
      target.check(file.stat(), Change.CONTENT);
      Map<QName, XmlElement> properties = DeadProperties.of(file);
      boolean allowed = steps.stream().noneMatch(PropertyUpdate::isProtected);
      if (!allowed) {
        return response(href, "403 Forbidden");
      }
      for (Step step : steps) {
        if (step.sets) {
          properties.put(step.property.name(), step.property);
        } else {
          properties.remove(step.property.name());
        }
      }
      DeadProperties.store(file, properties);
      return response(href, OK);
    } catch (ErrnoException failed) {
      return response(href, status(failed));
    } finally {
      services.commits().unlock();
    }
  }

  private static String status(ErrnoException failed) throws WriteException, ErrnoException {
    return switch (failed.errno()) {
      case Errno.ENOSPC, Errno.EDQUOT, Errno.ERANGE, Errno.E2BIG -> "507 Insufficient Storage";
      case Errno.EOPNOTSUPP, Errno.EPERM, Errno.EACCES, Errno.EROFS -> "403 Forbidden";
      case Errno.ENOENT, Errno.ENOTDIR ->
          throw new WriteException(StatusCodes.NOT_FOUND, "there is no such file");
      default -> throw failed;
    };
  }

  private static boolean isProtected(Step step) {
    return LiveProperties.PROTECTED.contains(step.property.name());
  }

  /** The response; if the status is an error, the properties without fault get 424 (§9.2.1). */
  private String response(String href, String status) {
    boolean ofProtected = steps.stream().anyMatch(PropertyUpdate::isProtected);
    MultiStatus.Response response = new MultiStatus.Response(href);
    for (Step step : steps) {
      response.add(step.property.name(), ofProtected && !isProtected(step) ? NOT_MADE : status);
    }
    StringBuilder out = new StringBuilder(MultiStatus.BEGIN);
    response.write(out);
    return out.append(MultiStatus.END).toString();
  }
}
